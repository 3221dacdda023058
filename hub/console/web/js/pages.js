// Law: the pages of the console, one line each. A new page is a module with a component and a line
// here; who may see it is said by a permission of `hub.accounts.roles`.

import { Accounts } from "./pages/accounts.js";
import { Audit } from "./pages/audit.js";
import { Me } from "./pages/me.js";
import { StationPage } from "./pages/station.js";
import { Trains } from "./trains/trains.js";

export const PAGES = [
  { path: "trains", title: "trains", permission: "see", component: Trains },
  { path: "station", title: "station", permission: "see", component: StationPage },
  { path: "audit", title: "audit", permission: "audit", component: Audit },
  { path: "accounts", title: "accounts", permission: "accounts", component: Accounts },
  { path: "me", title: "me", permission: "own", component: Me },
];
