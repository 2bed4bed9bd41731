// The bundle of pages on which a course is edited; everything here works on forms that work without it, too.
import "./editor/autosave.js";
import "./editor/assessment.js";
import "./editor/cover.js";
import "./editor/disciplines.js";
import "./editor/rich.js";
