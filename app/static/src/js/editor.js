// The bundle of pages that edit a course; it enhances forms that also work without it.
import "./editor/autosave.js";
import "./editor/assessment.js";
import "./editor/cover.js";
import "./editor/disciplines.js";
import "./editor/rich.js";
