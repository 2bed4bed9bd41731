"""Tables and constraints, one module a noun; importing the package registers them all."""

from app.models.audit import AuditEntry
from app.models.classes import SchoolClass
from app.models.courses import Course, CourseLicence, CourseOffering, Enrolment
from app.models.imports import ImportOutbox, RosterImport, RosterImportRow
from app.models.users import User
from tenants.models import School

__all__ = [
    "AuditEntry",
    "Course",
    "CourseLicence",
    "CourseOffering",
    "Enrolment",
    "ImportOutbox",
    "RosterImport",
    "RosterImportRow",
    "School",
    "SchoolClass",
    "User",
]
