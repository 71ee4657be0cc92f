import shutil
import subprocess

import pytest

OFFICE = shutil.which("soffice")


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """`office(path, kind, folder)`: have LibreOffice open a file and save it as another kind in a folder.

    LibreOffice sets itself up once; that takes longer than most files do.
    """
    if not OFFICE:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation={(tmp_path_factory.mktemp('libreoffice') / 'profile').as_uri()}"

    def save(path, kind, folder):
        command = [OFFICE, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        return folder / path.with_suffix(f".{kind}").name

    return save
