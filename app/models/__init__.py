"""Tables and constraints, in one module for each subject; importing the package registers all of them."""

from app.models.alliance import SupportVisit
from app.models.announcements import Announcement, AnnouncementTarget
from app.models.audit import AuditEntry, AuditLink, AuditOutbox
from app.models.background import DailyRun, Outbox
from app.models.classes import ClassCourse, ClassSelection, SchoolClass
from app.models.courses import (
    Course,
    CourseDraft,
    CourseRecommendation,
    CourseReview,
    CourseVersion,
    CourseVersionOutbox,
)
from app.models.imports import (
    ColumnMapping,
    ImportOutbox,
    RosterImport,
    RosterImportPhoto,
    RosterImportPictures,
    RosterImportRow,
)
from app.models.licences import CourseLicence, LicenceAnswer, LicenceImport
from app.models.messages import Mail, MailOutbox, Notice
from app.models.offerings import CourseOffering, OfferingAssistant, PublicOffering
from app.models.people import Consent, User, UserPhoto
from app.models.registrations import Registration, WaitingPlace
from app.models.requests import ChangeRequest, ProofFile
from app.models.schools import SchoolFigure, SchoolSettings
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
    "CourseVersion",
    "CourseVersionOutbox",
    "DailyRun",
    "ImportOutbox",
    "LicenceAnswer",
    "LicenceImport",
    "Mail",
    "MailOutbox",
    "Notice",
    "OfferingAssistant",
    "Outbox",
    "ProofFile",
    "PublicOffering",
    "Registration",
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
