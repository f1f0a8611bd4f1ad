"""市工商局 (industry and commerce): the register, its heads and shareholders, and the trades it supervises, in English abbreviations."""

from city.departments.industry_commerce.register import REGISTER
from city.departments.industry_commerce.trades import TRADES
from city.tables import Department

DEPARTMENT = Department("industry_commerce", "溧阳市工商行政管理局", REGISTER + TRADES)
