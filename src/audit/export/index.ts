export { type ExportSummary, exportLog } from "./export.ts";
