"""Python as a user half: what `import rucy` offers. Loading an object file imports no compiler; `import rucy` none of this."""

from rucy.api.errors import (
    CompileError as CompileError,
)
from rucy.api.errors import (
    Message as Message,
)
from rucy.api.maps import (
    BloomFilter as BloomFilter,
)
from rucy.api.maps import (
    Bucket as Bucket,
)
from rucy.api.maps import (
    HashMap as HashMap,
)
from rucy.api.maps import (
    Histogram as Histogram,
)
from rucy.api.maps import (
    Keyed as Keyed,
)
from rucy.api.maps import (
    MapOfMaps as MapOfMaps,
)
from rucy.api.maps import (
    Queue as Queue,
)
from rucy.api.maps import (
    Statistics as Statistics,
)
from rucy.api.maps import (
    Stats as Stats,
)
from rucy.api.maps import (
    UserRing as UserRing,
)
from rucy.api.streams import (
    Events as Events,
)
from rucy.api.streams import (
    Lines as Lines,
)
from rucy.api.streams import (
    Stream as Stream,
)
from rucy.api.streams import (
    Trace as Trace,
)
from rucy.api.tool import (
    Attachment as Attachment,
)
from rucy.api.tool import (
    Globals as Globals,
)
from rucy.api.tool import (
    Program as Program,
)
from rucy.api.tool import (
    Tool as Tool,
)
from rucy.api.tool import (
    load as load,
)
from rucy.api.values import (
    Struct as Struct,
)
from rucy.loader.errors import (
    Error as Error,
)
from rucy.loader.errors import (
    LoadError as LoadError,
)
from rucy.loader.errors import (
    VerifierRefusal as VerifierRefusal,
)
from rucy.loader.links import (
    Link as Link,
)
from rucy.loader.losses import (
    Loss as Loss,
)
from rucy.loader.objects import (
    ProgramStats as ProgramStats,
)
from rucy.loader.objects import (
    TestRun as TestRun,
)
from rucy.loader.trace import (
    TraceLine as TraceLine,
)
