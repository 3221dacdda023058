// @ts-check
/**
 * What the diagram says, in Chinese and English.
 *
 * Law: every word that a person reads or hears stands here; staff say track (道), passengers
 * platform (站台).
 */

const ZH = {
  diagram: "平面图", chart: "占用图", table: "表格", both: "图与占用",
  view: "视图", now: "现在", live: "实时", past: "回看", forecast: "预测",
  pastNote: "历史：当时向旅客公布的内容", forecastNote: "预测：按当前公布的时刻推算，不作猜测",
  liveNote: "实时", lost: "连接中断，画面停留在", loading: "正在载入…", failed: "未能载入：",
  legend: "图例", edit: "编辑图例", close: "关闭", save: "保存", cancel: "放弃", reset: "恢复预设",
  preset: "预设", sample: "样例", saved: "已保存", colour: "颜色", pattern: "填充", sign: "符号", shape: "形状",
  zoomIn: "放大", zoomOut: "缩小", fit: "全图", time: "时间", play: "播放", pause: "停止",
  hints: "方向键选车，回车查看，加减号缩放，Shift 加方向键移动画面，0 全图，N 回到现在",
  trains: "列车", tracks: "股道", track: "股道", platform: "站台", from: "始发", to: "终到",
  here: "本道列车", next: "随后", nobody: "空闲", arrival: "到", departure: "开", role: "性质",
  planned: "图定", estimated: "预计", actual: "实际", cancelledCall: "取消",
  manual: "人工", clash: "同道冲突", reported: "已报点", unreported: "按预计，未报点",
  open: "查看该车次", unsure: "方向或股道未知", uncertainty: "误差约", minutes: "分",
  waitLeft: "左端", waitRight: "右端", notDrawn: "未能画出", stockOf: "车底",
  begins: "记录始于", bay: "尽头线", openTo: { left: "左端出入", right: "右端出入" }, noTracks: "本站配置中没有可画的股道", wait: "稍后自动重试",
  ground: "底图", yard: "车场", back: "背景", rail: "股道线", text: "文字", mark: "人工与冲突",
  warnings: "提醒", noWarnings: "对比度与可分辨性符合要求",
  contrast: "对比度不足", alike: "颜色难以分辨", needed: "至少",
  account: {
    "on-time": "正点", late: "晚点", early: "早点", unsaid: "未报", held: "晚点未定",
    lapsed: "待确认", cancelled: "停运",
  },
  kind: { originating: "始发", through: "路过", terminating: "终到", pass: "通过", stock: "车底停留" },
  motion: { coming: "接近", standing: "在站", leaving: "离站", due: "待发" },
  patterns: { solid: "实心", hatch: "斜纹", dots: "点纹", cross: "网纹", outline: "空心" },
  shapes: { block: "方块", arrow: "箭形", start: "出发", stop: "止挡", round: "圆头", double: "双箭" },
  presets: { light: "浅色", dark: "深色", "okabe-ito": "色盲友好（Okabe-Ito）", "high-contrast": "高对比" },
  sights: { "": "", protanopia: "红色盲", deuteranopia: "绿色盲", tritanopia: "蓝色盲" },
  late: (/** @type {number} */ n) => `晚${n}分`, early: (/** @type {number} */ n) => `早${n}分`,
  shortTrack: (/** @type {string} */ label) => `${label}道`, mainLine: "正线",
  onTrack: (/** @type {string} */ label) => `${label}道`, atPlatform: (/** @type {string} */ label) => `${label}站台`,
  ago: (/** @type {number} */ n) => `${n} 分钟前`, ahead: (/** @type {number} */ n) => `${n} 分钟后`,
};

/** @type {typeof ZH} */
const EN = {
  diagram: "Diagram", chart: "Occupation", table: "Table", both: "Both",
  view: "View", now: "Now", live: "Live", past: "Past", forecast: "Forecast",
  pastNote: "Past: what passengers were told then", forecastNote: "Forecast: by times as told now, nothing guessed",
  liveNote: "Live", lost: "Connection lost; this is the picture of", loading: "Loading…", failed: "Could not load: ",
  legend: "Legend", edit: "Edit legend", close: "Close", save: "Save", cancel: "Discard", reset: "Back to preset",
  preset: "Preset", sample: "Sample", saved: "Saved", colour: "Colour", pattern: "Fill", sign: "Sign", shape: "Shape",
  zoomIn: "Zoom in", zoomOut: "Zoom out", fit: "Whole plan", time: "Time", play: "Play", pause: "Stop",
  hints: "Arrow keys choose a train, Enter opens it, + and − zoom, Shift and arrows move, 0 whole plan, N now",
  trains: "Trains", tracks: "Tracks", track: "Track", platform: "Platform", from: "From", to: "To",
  here: "Here", next: "Next", nobody: "free", arrival: "arr.", departure: "dep.", role: "Role",
  planned: "planned", estimated: "estimated", actual: "actual", cancelledCall: "cancelled",
  manual: "manual", clash: "Conflict on the track", reported: "reported", unreported: "by its timeline, not reported",
  open: "Open this run", unsure: "end or track not known", uncertainty: "give or take", minutes: "min",
  waitLeft: "left end", waitRight: "right end", notDrawn: "not drawn", stockOf: "stock of",
  begins: "the record begins at", bay: "bay track", openTo: { left: "trains use its left end", right: "trains use its right end" }, noTracks: "The configuration of this station has no track to draw", wait: "It will be asked for again",
  ground: "Ground", yard: "Yards", back: "Background", rail: "Tracks", text: "Text", mark: "Manual, conflict",
  warnings: "Warnings", noWarnings: "Contrast and colours are easy to see",
  contrast: "too little contrast", alike: "hard to tell apart", needed: "at least",
  account: {
    "on-time": "On time", late: "Late", early: "Early", unsaid: "Not reported", held: "Delay unknown",
    lapsed: "To be confirmed", cancelled: "Cancelled",
  },
  kind: { originating: "Starts here", through: "Stops", terminating: "Ends here", pass: "Passes", stock: "Stock" },
  motion: { coming: "Approaching", standing: "Standing", leaving: "Leaving", due: "Due" },
  patterns: { solid: "Solid", hatch: "Hatched", dots: "Dotted", cross: "Crossed", outline: "Outline" },
  shapes: { block: "Block", arrow: "Arrow", start: "Start", stop: "Stop", round: "Round", double: "Double arrow" },
  presets: { light: "Light", dark: "Dark", "okabe-ito": "Colour-blind safe (Okabe-Ito)", "high-contrast": "High contrast" },
  sights: { "": "", protanopia: "protanopia", deuteranopia: "deuteranopia", tritanopia: "tritanopia" },
  late: (n) => `${n} min late`, early: (n) => `${n} min early`,
  shortTrack: (label) => label, mainLine: "main",
  onTrack: (label) => `track ${label}`, atPlatform: (label) => `platform ${label}`,
  ago: (n) => `${n} min ago`, ahead: (n) => `in ${n} min`,
};

/** @param {string} language @returns {typeof ZH} */
export function wordsOf(language) {
  return language === "zh" ? ZH : EN;
}

/**
 * @param {Record<string, string> | undefined} names @param {string} language
 * @returns {string} the name in `language`, else in any
 */
export function nameIn(names, language) {
  if (!names) return "";
  return names[language] ?? names.en ?? Object.values(names)[0] ?? "";
}
