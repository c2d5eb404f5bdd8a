//! `countersign-verify`: an evidence bundle in, a verdict out. Decides nothing: it reads a file, asks the core, and puts the
//! answer into words.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its terminal"
)]

mod words;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use countersign_core::domain::ids::Digest;
use countersign_core::evidence::{BUNDLE_LIMIT_BYTES, Verdict, verify};

use words::Words;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing is wrong (without --trust: if the server's key is the organisation's)
  1  something is wrong; the first such thing is named
  2  the file cannot be read, or wrong arguments";

#[derive(Debug, Parser)]
#[command(
    name = "countersign-verify",
    version,
    about = "Verifies an evidence bundle of Countersign, without a network 离线核验证据包",
    after_help = EXIT_CODES
)]
struct Arguments {
    /// The evidence bundle, a `.csev` file
    bundle: PathBuf,
    /// Fingerprint of the server's key as the organisation publishes it
    #[arg(long, value_name = "FINGERPRINT")]
    trust: Option<String>,
    /// Language of the words
    #[arg(long, value_enum, default_value_t = Language::ZhCn)]
    lang: Language,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// A language that there are words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    #[value(name = "zh-CN")]
    ZhCn,
    #[value(name = "en")]
    En,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let words = Words::of(arguments.lang);
    let trust = match arguments.trust.as_deref().map(fingerprint) {
        Some(Err(text)) => {
            eprintln!("{}", words.say("error-trust", &[("text", text)]));
            return ExitCode::from(2);
        }
        Some(Ok(trusted)) => Some(trusted),
        None => None,
    };
    let bytes = match read(&arguments.bundle) {
        Ok(bytes) => bytes,
        Err(error) => {
            let path = arguments.bundle.display().to_string();
            let values = [("path", path), ("why", error.to_string())];
            eprintln!("{}", words.say("error-no-file", &values));
            return ExitCode::from(2);
        }
    };
    let report = verify(&bytes, trust);
    if arguments.json {
        println!("{}", words.json(&report));
    } else {
        print!("{}", words.text(&report));
    }
    match report.verdict {
        Verdict::Genuine | Verdict::Unconfirmed => ExitCode::SUCCESS,
        Verdict::Wrong => ExitCode::from(1),
        Verdict::Unreadable => ExitCode::from(2),
    }
}

/// The file, but no more than one byte above the limit: a larger one is refused by its size.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(BUNDLE_LIMIT_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A fingerprint as people copy it: in capitals, with spaces, colons or hyphens between.
fn fingerprint(text: &str) -> Result<Digest, String> {
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !":-".contains(*c))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    digits.parse().map_err(|_no_digest| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_write_it() {
        let digest = Digest::of(b"key");
        let plain = digest.to_string();
        let mut grouped = String::new();
        for (at, digit) in plain.to_ascii_uppercase().chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                grouped.push(if at % 8 == 0 { ':' } else { ' ' });
            }
            grouped.push(digit);
        }
        assert_eq!(fingerprint(&plain), Ok(digest));
        assert_eq!(fingerprint(&grouped), Ok(digest));
        for bad in ["", "12", &plain[1..], &format!("{plain}0"), "指纹"] {
            assert_eq!(fingerprint(bad), Err(bad.to_owned()));
        }
    }
}
