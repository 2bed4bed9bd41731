"""Tables and constraints, one module a noun; importing the package registers them all."""

from app.models.audit import AuditEntry
from app.models.classes import SchoolClass
from app.models.courses import Course, CourseLicence, CourseOffering, Enrolment
from app.models.import_pictures import RosterImportPhoto, RosterImportPictures
from app.models.imports import ImportOutbox, RosterImport, RosterImportRow
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
    "AuditEntry",
    "ChangeRequest",
    "ColumnMapping",
    "Consent",
    "Course",
    "CourseLicence",
    "CourseOffering",
    "Enrolment",
    "ImportOutbox",
    "Mail",
    "MailOutbox",
    "Notice",
    "ProofFile",
    "RosterImport",
    "RosterImportPhoto",
    "RosterImportPictures",
    "RosterImportRow",
    "School",
    "SchoolClass",
    "SchoolSettings",
    "User",
    "UserPhoto",
]
