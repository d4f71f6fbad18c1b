# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide about single sign-on, followed from its first page to its last, with an identity provider of its own."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, OWNER
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, Block, blocks
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.identity_provider import IdentityProvider

pytestmark = pytest.mark.playbook
__all__ = ["reader"]
GUIDE = GUIDES / "guide_single_sign_on.rst"
RECIPES = GUIDES / "guide_recipes.rst"
ADA, EMERGENCY, NILS = "ada.lindt@example.com", "emergency@example.org", "nils.berg@example.com"
VARIABLES = "inventory/host_vars/acme.yml"
CLAIM = "Claiming a domain"
DEFINE = "2. Define identity provider and mappings"
TELL = "3. The identity provider's side"
LOG_IN = "4. Log in once"
LEAVE = "5. Leave these people to the mappings"
ENFORCE = "6. Enforce it"
BACK = "Locked out, and the way back"
GIVE_UP = "Turn it off"
ROTATE = "Replace a certificate"
SECTIONS = [DEFINE, TELL, LOG_IN, LEAVE, ENFORCE, BACK, GIVE_UP, ROTATE]


def section(name: str) -> list[Block]:
    """Return the blocks of a section, of this guide or of the recipes."""
    return [block for document in (GUIDE, RECIPES) for block in blocks(document) if block.section == name]


class Admin:
    """Somebody who follows the guide, and looks after the identity provider as well."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.emulator = reader, reader.emulator
        self.idp = IdentityProvider(self.emulator.clock, {ADA: ["elastic-owners"]})
        self.keep("idp-2026.pem")
        for block in section("The inventory that the recipes begin from"):
            if block.file and "org_team_members" in (content := reader.write(block)):
                reader.make_it_so(content)
        reader.give(EMERGENCY, OWNER)
        self.follow(CLAIM)

    def keep(self, name: str) -> None:
        """Put the certificate that is signed with beside the inventory."""
        folder = self.reader.folder / "certificates"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(self.idp.certificate, encoding="utf-8")

    def follow(self, name: str) -> None:
        """Write the files of a section, run its commands, and see what it shows."""
        for block in section(name):
            self.do(block)

    def do(self, block: Block) -> None:
        """Do what one block says."""
        if block.language == "shell":
            self.reader.run(block.text)
        elif block.language in ("text", "ansible-output"):
            assert self.reader.sees(block), self.reader.output
        elif block.file == VARIABLES:
            self.define(**yaml.safe_load(block.text))
        elif block.file:
            self.reader.write(block)

    def define(self, **variables: object) -> None:
        """Change variables of the host, each as a whole."""
        path = self.reader.folder / VARIABLES
        before = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(before | variables), encoding="utf-8")

    def run(self) -> None:
        """Run the playbook."""
        self.reader.run("ansible-playbook orgops.elastic_cloud.org_sso -i inventory")

    def log_in(self) -> bool:
        """Let Ada log in by single sign-on; return whether she is an owner then."""
        self.emulator.log_in(ACME, self.idp.assertion(ADA))
        return self.emulator.roles(ACME, ADA) == OWNER

    @property
    def gets_in(self) -> bool:
        """Whether some owner would get in."""
        return self.emulator.some_owner_gets_in(ACME, self.idp.assertions())

    @property
    def is_enforced(self) -> bool:
        return self.emulator.find(ACME).settings.get("enforce_authentication_method") == "sso"

    def certificates(self) -> int:
        """How many the service holds."""
        provider = self.emulator.find(ACME).sso.provider
        return len(provider.certificates) if provider else 0


@pytest.fixture
def admin(reader: Reader) -> Admin:
    return Admin(reader)


def enforced(admin: Admin) -> None:
    """Follow the guide up to an enforced organization."""
    admin.follow(DEFINE)
    assert admin.log_in()
    admin.follow(LEAVE)
    admin.follow(ENFORCE)
    assert admin.is_enforced


def test_from_nothing_to_an_enforced_organization_and_back(admin: Admin) -> None:
    assert admin.emulator.find(ACME).sso.domains == ["example.com"]
    admin.follow(DEFINE)
    assert not admin.is_enforced
    admin.follow(TELL)
    assert admin.log_in()
    look, repair = section(LOG_IN)
    admin.do(look)
    assert ADA in admin.reader.output
    admin.do(repair)
    admin.follow(LEAVE)
    admin.reader.run("ansible-playbook orgops.elastic_cloud.org_team -i inventory")
    assert NILS not in admin.reader.people
    assert admin.emulator.roles(ACME, ADA) == OWNER
    admin.follow(ENFORCE)
    assert admin.is_enforced
    assert admin.gets_in
    admin.idp.sso_url = "https://gone.example.com/"  # the identity provider is not where it was
    assert not admin.gets_in
    admin.follow(BACK)
    assert not admin.is_enforced
    assert admin.gets_in
    admin.follow(GIVE_UP)
    assert admin.certificates() == 0
    assert admin.emulator.find(ACME).sso.mappings == {}


def test_enforcement_does_not_come_with_the_provider(admin: Admin) -> None:
    admin.define(org_sso_enforced=True)
    with pytest.raises(AssertionError, match="untested"):
        admin.follow(DEFINE)
    assert admin.certificates() == 0
    assert not admin.is_enforced


def test_a_certificate_is_exchanged_and_no_login_fails(admin: Admin) -> None:
    enforced(admin)
    old = admin.idp.certificate
    new = admin.idp.new_certificate()
    admin.idp.certificate = new
    admin.keep("idp-2027.pem")
    admin.idp.certificate = old
    both, run, only, again = section(ROTATE)
    admin.do(only)
    with pytest.raises(AssertionError, match="provider_in_force"):
        admin.do(again)  # both at once
    admin.do(both)
    admin.do(run)
    assert admin.certificates() == 2
    assert admin.log_in()
    admin.idp.certificate = new
    assert admin.log_in()
    admin.do(only)
    admin.do(again)
    assert admin.certificates() == 1
    assert admin.log_in()
    assert admin.is_enforced
    admin.idp.certificate = old  # the thief's
    assert not admin.gets_in


def test_where_a_stolen_certificate_is_the_only_one_the_way_out_is_one_definition(admin: Admin) -> None:
    enforced(admin)
    admin.define(org_sso_enforced=False, org_sso_identity_provider={"enabled": False})
    admin.run()
    assert not admin.is_enforced
    with pytest.raises(ValueError, match="no single sign-on"):
        admin.log_in()


def test_every_block_of_the_guide_is_followed() -> None:
    alone = [block.place for block in blocks(GUIDE) if block.section not in SECTIONS]
    assert alone == []
