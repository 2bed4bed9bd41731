"""Tables and constraints, one module a noun; importing the package registers them all."""

from app.models.alliance import Announcement, AnnouncementTarget, DailyRun, SchoolFigure, SupportVisit
from app.models.audit import AuditEntry, AuditLink, AuditOutbox
from app.models.classes import SchoolClass
from app.models.courses import (
    Course,
    CourseDraft,
    CourseRecommendation,
    CourseReview,
    CourseVersion,
    CourseVersionOutbox,
)
from app.models.enrolments import ClassCourse, ClassSelection, Registration, WaitingPlace
from app.models.import_pictures import RosterImportPhoto, RosterImportPictures
from app.models.imports import ImportOutbox, RosterImport, RosterImportRow
from app.models.licences import CourseLicence, LicenceAnswer, LicenceImport
from app.models.offerings import CourseOffering, OfferingAssistant, PublicOffering
from app.models.people import (
    ChangeRequest,
    ColumnMapping,
    Consent,
    Mail,
    MailOutbox,
    Notice,
    ProofFile,
    SchoolSettings,
    UserPhoto,
)
from app.models.users import User
from tenants.models import School

__all__ = [
    "Announcement",
    "AnnouncementTarget",
    "AuditEntry",
    "AuditLink",
    "AuditOutbox",
    "ChangeRequest",
    "ClassCourse",
    "ClassSelection",
    "ColumnMapping",
    "Consent",
    "Course",
    "CourseDraft",
    "CourseLicence",
    "CourseOffering",
    "CourseRecommendation",
    "CourseReview",
    "PublicOffering",
    "CourseVersion",
    "CourseVersionOutbox",
    "DailyRun",
    "Registration",
    "ImportOutbox",
    "LicenceAnswer",
    "LicenceImport",
    "Mail",
    "MailOutbox",
    "Notice",
    "OfferingAssistant",
    "ProofFile",
    "RosterImport",
    "RosterImportPhoto",
    "RosterImportPictures",
    "RosterImportRow",
    "School",
    "SchoolClass",
    "SchoolFigure",
    "SchoolSettings",
    "SupportVisit",
    "User",
    "UserPhoto",
    "WaitingPlace",
]
