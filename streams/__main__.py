"""``python -m streams``: one worker process; ``HUILIU_WORKER_INDEX`` tells the workers of one machine apart."""

import gc
import logging
import sys

import faust
import uvloop
from psycopg import OperationalError

from domain.contract import ContractError
from schemas import metrics
from schemas.topics import attached, core_topics, ensure_topics, topics_of
from settings import Settings, SettingsError
from settings.contracts import load_contracts
from settings.scorecards import load_scorecards
from streams import cards as in_use
from streams.app import build_app
from streams.retention import keep
from streams.store import create_tables


def main() -> int:
    """Create the topics, then work until told to stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    log = logging.getLogger("streams")
    try:
        settings = Settings.load()
        contracts = load_contracts(*settings.contract_folders)
        cards = load_scorecards(settings)
        create_tables(settings.store_dsn.get_secret_value())
        in_use.check(settings.store_dsn.get_secret_value(), cards)
    except (SettingsError, ContractError) as error:
        log.critical("%s", error)
        return 1
    except OperationalError:
        log.critical("存储没有回答 the resolver's store (HUILIU_STORE_DSN) does not answer: see `huiliu status`, then `huiliu up store`")
        return 1
    ensure_topics(settings.kafka_bootstrap, core_topics(), settings.partitions)  # before Faust asks: it ignores topics that are not there
    sources = attached(contracts, topics_of(settings.kafka_bootstrap))
    log.info("%d of %d providers are attached", len(sources), len(contracts))
    if settings.metrics_port:
        metrics.serve(settings.metrics_port)
    keep(settings)
    uvloop.install()
    gc.freeze()  # modules, schemas and contracts live for ever; batches make many short-lived objects and no cycles
    gc.set_threshold(100_000, 50, 100)
    faust.Worker(build_app(settings, contracts, sources, cards), loglevel="INFO", redirect_stdouts=False).execute_from_commandline()
    return 0


if __name__ == "__main__":
    sys.exit(main())
