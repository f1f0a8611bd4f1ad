"""市交通运输局 (transport): vehicles and vessels with their owners; operators, drivers, driving schools, sales and repairs."""

from city.departments.transport.fleet import FLEET
from city.departments.transport.trade import TRADE
from city.tables import Department

DEPARTMENT = Department("transport", "溧阳市交通运输局", FLEET + TRADE)
