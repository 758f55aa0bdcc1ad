//! Certificates for tests, by an authority that nobody else trusts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::folder;

/// An authority with a folder of its own, which is gone when this is.
pub struct Authority(PathBuf);

/// What a server shows, and what it keeps to itself.
pub struct Identity {
    /// The file with the certificate.
    pub certificate: PathBuf,
    /// The file with its key, readable by its owner only.
    pub key: PathBuf,
}

impl Authority {
    /// Founds one.
    ///
    /// # Panics
    /// Without `openssl` on this machine.
    #[must_use]
    pub fn found() -> Self {
        let authority = Self(folder());
        let (key, certificate) = (authority.path("ca.key"), authority.certificate());
        let arguments = ["-x509", "-days", "2", "-subj", "/CN=tests"];
        request(&key, &certificate, &arguments);
        authority
    }

    /// The file with its own certificate: who trusts it trusts all whom it certifies.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.path("ca.crt")
    }

    /// Certifies a server of this host name.
    #[must_use]
    pub fn certify(&self, host: &str) -> Identity {
        let path = |ending: &str| self.path(&format!("{host}.{ending}"));
        let (request_file, extensions) = (path("csr"), path("ext"));
        let identity = Identity { certificate: path("crt"), key: path("key") };
        request(&identity.key, &request_file, &["-subj", &format!("/CN={host}")]);
        fs::write(&extensions, format!("subjectAltName = DNS:{host}\n")).expect("a file");
        let mut command = Command::new("openssl");
        command.args(["x509", "-req", "-days", "2", "-CAcreateserial", "-in"]).arg(request_file);
        command.arg("-CA").arg(self.certificate()).arg("-CAkey").arg(self.path("ca.key"));
        run(command.arg("-extfile").arg(extensions).arg("-out").arg(&identity.certificate));
        identity
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // It is in a temporary folder anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes a key, and a request for a certificate, or one that certifies itself.
fn request(key: &Path, out: &Path, arguments: &[&str]) {
    let mut command = Command::new("openssl");
    command
        .args(["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout"])
        .arg(key);
    run(command.args(arguments).arg("-out").arg(out));
}

fn run(command: &mut Command) {
    let ran = command.output().expect("openssl is on this machine (install openssl)");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
