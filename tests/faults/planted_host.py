"""`firstbell` with a fault planted, for mornings that must go wrong: what went is put back on hold, and goes again."""

from firstbell.__main__ import main
from firstbell.records import State, Whereabouts
from firstbell.workflows.outgoing.settling import Settling

as_it_is = Settling._settle_by_looking


def put_back_what_went(self, key, members):
    if self.office.mailer.look_up(key, members[0].draft_id or "") is Whereabouts.SENT:
        self._now_known(key, members, State.HELD, "Try again.")
    else:
        as_it_is(self, key, members)


if __name__ == "__main__":
    Settling._settle_by_looking = put_back_what_went
    main()
