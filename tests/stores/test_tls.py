"""TLS and users with few rights; passwords stay out of every error."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.ports import StoreUnavailable
from bot.settings import WrongSetting
from bot.stores.connect import connect
from bot.stores.lease import RedisLease
from tests.stores.examples import LEADER
from tests.stores.servers import PASSWORD, Veiled, veiled


@pytest_asyncio.fixture
async def behind_tls(tmp_path: Path) -> AsyncIterator[Veiled]:
    async with veiled(tmp_path) as found:
        yield found


async def test_a_user_may_touch_our_keys_alone(behind_tls: Veiled) -> None:
    async with connect(behind_tls.url()) as client:
        assert await RedisLease(client).acquire(LEADER)
        with pytest.raises(StoreUnavailable, match=r"Redis refused a command: .*permission"):
            await RedisLease(client, "{other}:lead:poller").acquire(LEADER)


async def test_a_wrong_password_is_told_without_quoting_it(behind_tls: Veiled) -> None:
    with pytest.raises(StoreUnavailable, match="invalid username-password pair") as caught:
        async with connect(behind_tls.url("hunter2")):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_server_whose_certificate_nobody_vouches_for_is_refused(
    behind_tls: Veiled,
) -> None:
    stranger = behind_tls.url().partition("?")[0]
    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED") as caught:
        async with connect(stranger):
            pass
    assert PASSWORD not in str(caught.value)
    async with connect(f"{stranger}?ssl_cert_reqs=none&ssl_check_hostname=no") as client:
        assert await client.fields("{nf}:health") == {}


@pytest.mark.parametrize(
    "options", ["ssl_ca_cert=/ours.pem", "ssl_cert_reqs=sometimes", "db=first", "no_option=1"]
)
@pytest.mark.parametrize(
    "url", ["rediss://:hunter2@localhost", "rediss+cluster://:hunter2@localhost",
            "rediss+sentinel://:hunter2@localhost/name"],
)  # fmt: skip
async def test_an_option_that_cannot_be_used_is_a_wrong_setting(url: str, options: str) -> None:
    with pytest.raises(WrongSetting, match=r"^REDIS_URL cannot be read.*\.$") as caught:
        async with connect(f"{url}?{options}"):
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_file_of_certificates_that_is_not_there_is_told(behind_tls: Veiled) -> None:
    stranger = behind_tls.url().partition("?")[0]
    with pytest.raises((StoreUnavailable, WrongSetting)) as caught:
        async with connect(f"{stranger}?ssl_ca_certs=/nowhere.pem"):
            pass
    assert PASSWORD not in str(caught.value)
