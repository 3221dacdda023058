// Law: the pages of the console, one line each. A new page is a module with a component and a line
// here; who may see it is said by a permission of `hub.accounts.roles`.

import { Alarms } from "./duty/alarms.js";
import { Emergency } from "./duty/emergency.js";
import { Mirror } from "./duty/mirror.js";
import { Notices } from "./duty/notices.js";
import { History, Reports } from "./duty/reports.js";
import { calling } from "./duty/state.js";
import { Accounts } from "./pages/accounts.js";
import { Audit } from "./pages/audit.js";
import { Diagram } from "./pages/diagram.js";
import { Me } from "./pages/me.js";
import { StationPage } from "./pages/station.js";
import { Trains } from "./trains/trains.js";

export const PAGES = [
  { path: "trains", title: "trains", permission: "see", component: Trains },
  { path: "diagram", title: "diagram", permission: "see", component: Diagram },
  { path: "alarms", title: "alarms", permission: "see", component: Alarms, badge: calling },
  { path: "mirror", title: "mirror", permission: "see", component: Mirror },
  { path: "notices", title: "notices", permission: "see", component: Notices },
  { path: "emergency", title: "emergency", permission: "see", component: Emergency },
  { path: "reports", title: "reports", permission: "see", component: Reports },
  { path: "history", title: "look_back", permission: "see", component: History },
  { path: "station", title: "station", permission: "see", component: StationPage },
  { path: "audit", title: "audit", permission: "audit", component: Audit },
  { path: "accounts", title: "accounts", permission: "accounts", component: Accounts },
  { path: "me", title: "me", permission: "own", component: Me },
];
