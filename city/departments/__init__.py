"""The departments' databases, one file each: its schema, its codes, its habits."""

from city.departments import civil_affairs, industry_commerce, labour_social_security, public_security, telecom_ct, transport
from city.tables import Department

DEPARTMENTS: dict[str, Department] = {
    module.DEPARTMENT.slug: module.DEPARTMENT
    for module in (public_security, civil_affairs, industry_commerce, transport, telecom_ct, labour_social_security)
}
"""Every department of the city by slug."""
