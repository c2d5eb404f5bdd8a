//! `countersign-server org` and `user`

use std::io::BufRead as _;

use clap::{Args, Subcommand};
use countersign_core::domain::ids::OrganisationId;
use countersign_core::evidence::fingerprint;
use countersign_core::replica::OsRandom;
use countersign_core::snapshots::policy::Role;

use super::{CommandError, io, open, say};
use crate::app::App;
use crate::auth::accounts::{Account, NewAccount, parse_role, role_name};
use crate::auth::secret;
use crate::config::DataFolder;

const ROLES: &str = "rep, technician, clerk, sales_auditor, sales_manager, finance, legal, director, records_office, admin";

/// `org …`
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Make an organisation with its own journal and signing key; prints its id
    Create {
        /// Where the data is.
        #[command(flatten)]
        data: DataFolder,
        /// Its name as printed on papers.
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// List organisations: id, name, and the fingerprint of the signing key, to be published
    List {
        /// Where the data is.
        #[command(flatten)]
        data: DataFolder,
    },
}

/// `user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; prints the user's id and, without --password-stdin, a new password, once
    #[command(after_long_help = "\
Example:
  countersign-server user add --login li --name 李静 --role clerk --role sales_manager

One person may hold several roles; nobody approves what he himself requested.")]
    Add(AddUser),
    /// Replace a person's roles
    Roles {
        /// Whose.
        #[command(flatten)]
        of: Login,
        /// A role; repeat for several.
        #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role, help = role_help())]
        roles: Vec<Role>,
    },
    /// Set a new password and end the person's sessions; without --password-stdin it is made up and printed once
    Password {
        /// Whose.
        #[command(flatten)]
        of: Login,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List accounts: id, login, roles, name
    List {
        /// Where the data is.
        #[command(flatten)]
        data: DataFolder,
        /// Which organisation; not needed when there is one.
        #[arg(long, value_name = "ID")]
        organisation: Option<OrganisationId>,
    },
}

/// An account by its login.
#[derive(Debug, Args)]
pub struct Login {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFolder,
    /// What the person types to sign in.
    #[arg(long)]
    pub login: String,
}

/// `user add`
#[derive(Debug, Args)]
pub struct AddUser {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFolder,
    /// Which organisation; not needed when there is one.
    #[arg(long, value_name = "ID")]
    pub organisation: Option<OrganisationId>,
    /// What the person types to sign in: 1 to 64 characters without spaces, unique on the server.
    #[arg(long)]
    pub login: String,
    /// The person's name as shown.
    #[arg(long)]
    pub name: String,
    /// A role; repeat for several.
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role, help = role_help())]
    pub roles: Vec<Role>,
    /// Read the password (at least 10 characters) from the first line of standard input.
    #[arg(long)]
    pub password_stdin: bool,
}

fn role(text: &str) -> Result<Role, String> {
    parse_role(text).ok_or_else(|| format!("roles are {ROLES}"))
}

fn role_help() -> String {
    format!("A role; repeat for several: {ROLES}")
}

impl OrgCommand {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        match self {
            Self::Create { data, name } => {
                let organisation = open(data)?.create_organisation(name)?;
                say(&organisation.id().to_string())
            }
            Self::List { data } => open(data)?.organisations().iter().try_for_each(|it| {
                let key = fingerprint(&it.public_key());
                say(&format!("{}  {}  {key}", it.id(), it.name()))
            }),
        }
    }
}

impl UserCommand {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        match self {
            Self::Add(add) => add.run(),
            Self::Roles { of, roles } => {
                let app = open(&of.data)?;
                let account = by_login(&app, &of.login)?;
                app.change_roles(account.user, roles)?;
                Ok(())
            }
            Self::Password { of, password_stdin } => {
                let app = open(&of.data)?;
                let account = by_login(&app, &of.login)?;
                let password = Password::take(PasswordFrom::of(*password_stdin))?;
                app.accounts()
                    .change_password(account.user, &password.text)?;
                password.show()
            }
            Self::List { data, organisation } => {
                let app = open(data)?;
                let organisation = which(&app, *organisation)?;
                app.accounts()
                    .people(organisation)?
                    .iter()
                    .try_for_each(|it| say(&line(it)))
            }
        }
    }
}

impl AddUser {
    fn run(&self) -> Result<(), CommandError> {
        let app = open(&self.data)?;
        let organisation = which(&app, self.organisation)?;
        let password = Password::take(PasswordFrom::of(self.password_stdin))?;
        let account = app.create_account(&NewAccount {
            organisation,
            login: self.login.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            password: password.text.clone(),
        })?;
        say(&account.user.to_string())?;
        password.show()
    }
}

/// Where a new password comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PasswordFrom {
    StandardInput,
    Here,
}

impl PasswordFrom {
    #[expect(
        clippy::fn_params_excessive_bools,
        reason = "what clap makes of a flag"
    )]
    const fn of(password_stdin: bool) -> Self {
        if password_stdin {
            Self::StandardInput
        } else {
            Self::Here
        }
    }
}

/// A password that was typed, or made up here and shown once.
struct Password {
    text: String,
    is_new: bool,
}

impl Password {
    fn take(from: PasswordFrom) -> Result<Self, CommandError> {
        if from == PasswordFrom::Here {
            let text = secret::grouped(
                &secret::code(&OsRandom).map_err(crate::auth::accounts::AccountsError::from)?,
            );
            return Ok(Self { text, is_new: true });
        }
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut text)
            .map_err(|source| io("reading the password from standard input", source))?;
        Ok(Self {
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
            is_new: false,
        })
    }

    fn show(&self) -> Result<(), CommandError> {
        if self.is_new {
            say(&format!("password: {}", self.text))
        } else {
            Ok(())
        }
    }
}

fn by_login(app: &App, login: &str) -> Result<Account, CommandError> {
    app.accounts()
        .account_of_login(login)?
        .ok_or_else(|| CommandError::UnknownLogin(login.to_owned()))
}

fn which(app: &App, named: Option<OrganisationId>) -> Result<OrganisationId, CommandError> {
    if let Some(id) = named {
        return Ok(id);
    }
    match app.accounts().organisations()?.as_slice() {
        [(only, _name)] => Ok(*only),
        [] => Err(CommandError::WhichOrganisation("is no organisation yet")),
        [_, _, ..] => Err(CommandError::WhichOrganisation("are several organisations")),
    }
}

fn line(account: &Account) -> String {
    let roles: Vec<String> = account.roles.iter().map(|role| role_name(*role)).collect();
    format!(
        "{}  {}  {}  {}",
        account.user,
        account.login,
        roles.join(","),
        account.name
    )
}
