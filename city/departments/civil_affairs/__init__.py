"""市民政局 (civil affairs): the doorplate master, marriages, cremations; social organisations, veterans, militia and allowances."""

from city.departments.civil_affairs.care import CARE
from city.departments.civil_affairs.registers import REGISTERS
from city.tables import Department

DEPARTMENT = Department("civil_affairs", "溧阳市民政局", REGISTERS + CARE)
