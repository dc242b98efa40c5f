"""The requests that are sent: files of this folder, and others that are cut from the largest."""
import json
import os

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bodies")
CUT = {"1k": 1024, "10k": 10 * 1024, "100k": 100 * 1024}     # bytes
STREAM = "@STREAM@"     # stands for true or false


def path(api, size, work):
    """The file of a request; what has to be cut is written to the folder `work`."""
    name = f"{api}_{size}.json"
    if size not in CUT:
        return os.path.join(FOLDER, name)
    with open(os.path.join(FOLDER, f"{api}_200k.json")) as file:
        request = json.loads(file.read().replace(STREAM, f'"{STREAM}"'))
    cut = os.path.join(work, name)
    with open(cut, "w") as file:
        file.write(text_of(shortened(request, CUT[size])))
    return cut


def shortened(request, size):
    """The request up to one of the user's messages, which is drawn out or cut to reach `size`
    (nearly: it may hold what JSON escapes)."""
    if size < 2 * 1024:
        del request["tools"]        # as in the file of 2 KB
    messages = request["messages"]
    asks = [i for i, message in enumerate(messages) if message["role"] == "user"]
    fitting = [i for i in asks if length({**request, "messages": messages[:i + 1]}) <= size]
    last = max(fitting, default=asks[0])
    request["messages"] = messages[:last + 1]
    text = messages[last]["content"]
    wanted = len(text) + size - length(request)
    messages[last]["content"] = (text * (1 + wanted // len(text)))[:wanted]
    return request


def text_of(request):
    return json.dumps(request).replace(f'"{STREAM}"', STREAM)


def length(request):
    return len(text_of(request))
