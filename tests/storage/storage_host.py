"""What the host of Azure Functions does around the worker, in small: timers, queues, tries, what is set aside.

The host itself is on no registry. This one takes its limits from host.json, keeps its messages in real queues, and
has every call run by Azure's own worker library, in a process of its own whose environment holds what it is given.
"""

import contextlib
import json
import subprocess
from collections import Counter

from firstbell.serve.queues import HIDDEN_WHILE_AT_WORK
from tests.functions.conftest import command_of, nothing_but
from tests.storage.storage_queues import POISON

DEAD = {"ok": False, "outputs": {}}


class Worker:
    """The production worker with the app in a folder, until it is closed; it stands `ahead` of this computer's time."""

    def __init__(self, app_folder, ahead, errors, **variables):
        command, pipe = command_of(app_folder, "-"), subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=app_folder, env=nothing_but(variables), stdin=pipe, stdout=pipe, stderr=errors, text=True
        )
        self.functions = {each["name"]: each["bindings"] for each in self._answer()["functions"]}
        self.call("firstbell.runs.schools", "ahead", ahead.total_seconds())

    def call(self, name, kind, given):
        """What came of a call; a worker that is dead fails every one."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps([name, kind, given]) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        return json.loads(line) if line else DEAD

    def kill(self):
        self._process.kill()

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()


class StorageHost:
    """Starts the worker's functions by hand and by what is on the queues; `tries` are the calls by function and end."""

    def __init__(self, worker, queues, settings):
        self.worker, self.queues, self.settings = worker, queues, settings
        self.tries = Counter()
        self.listening = {
            trigger["queueName"]: name
            for name, bindings in worker.functions.items()
            for trigger in bindings
            if trigger["type"] == "queueTrigger"
        }

    def fire(self, timer):
        answer = self.worker.call(timer, "timer", False)
        for queue, texts in self._outputs(timer, answer):
            self.queues.put(queue, texts)
        return answer["ok"]

    def drain(self):
        """Work until no message is left that can be seen."""
        while sum(map(self.work, self.listening)):
            pass

    def work(self, queue):
        """Take a batch of a queue and work on it; how many that were."""
        batch = self.queues.take(queue, self.settings.batch_size, hidden_for=HIDDEN_WHILE_AT_WORK)
        for taken in batch:
            self._work_on(taken)
        return len(batch)

    def _work_on(self, taken):
        name = self.listening[taken.queue]
        message = {"text": taken.body, "message_id": taken.message.id, "receipt": taken.receipt}
        answer = self.worker.call(name, "queue", message | {"dequeue_count": taken.dequeue_count})
        self.tries[name, answer["ok"]] += 1
        if answer["ok"]:
            self.queues.finish(taken, self._outputs(name, answer))
        elif taken.queue.endswith(POISON):
            pass  # it stays hidden, and comes again
        elif taken.dequeue_count < self.settings.max_dequeue_count:
            self.queues.release(taken, self.settings.visibility_timeout)
        else:
            self.queues.set_aside(taken)

    def _outputs(self, name, answer):
        bound = {each["name"]: each["queueName"] for each in self.worker.functions[name] if each["type"] == "queue"}
        return [(bound[output], texts) for output, texts in answer["outputs"].items()]
