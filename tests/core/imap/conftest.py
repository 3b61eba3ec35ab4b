"""What the tests of the IMAP core share: an authority, and a check with little patience."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from tests.core.imap.certificates import Authority
from tests.core.imap.servers import HASTY, SECRET
from webapp.core.imap import Limits, Network, Password, Report, Security, ServerSettings, run_check
from webapp.core.imap.protocol.credentials import Credential

PASSWORD = Password(SECRET)

Check = Callable[..., Report]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def network(authority: Authority) -> Network:
    return Network(allowed=(ip_network("127.0.0.0/8"),), ca_file=authority.ca_file)


@pytest.fixture
def check(network: Network) -> Check:
    """Run a check against a port of this machine."""

    def run(
        port: int,
        security: str = "none",
        *,
        host: str = "127.0.0.1",
        user: str = "ann@example.com",
        credential: Credential = PASSWORD,
        limits: Limits = HASTY,
    ) -> Report:
        server = ServerSettings(host=host, port=port, security=Security(security), user=user)
        return run_check(server, credential, network=network, limits=limits)

    return run
