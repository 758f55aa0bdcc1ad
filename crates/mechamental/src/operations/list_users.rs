//! `GET /v1/users`: the users of a workspace, a page at a time.

use std::ops::RangeInclusive;

use actix_web::HttpResponse;
use dialect::openapi::{Operation, Parameter};
use dialect::{Begin, DirectoryError, Head, ListQuery, Page, Position, Request, answer, coding, query};
use users::page::{Filter, Search};
use users::{Json, RolePolicy};

use crate::caller::call_of;
use crate::cursor::{Cursors, List};
use crate::document::authorization;
use crate::errors::{ApiError, Fault, Published, Rule, Step};
use crate::extract::{Fields, parse, schema};
use crate::routes::{self, USERS};
use crate::wire::{self, UserPage};

/// How many users a page may have.
pub(crate) const LIMITS: RangeInclusive<u32> = 1..=200;
const DEFAULT_LIMIT: u32 = 50;

/// Lists users.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let cursors = Cursors::new(&request.services.secret);
    let parameters = Parameters::read(&request.head.query, &cursors)?;
    let page = request.directory.list(&call, parameters.query(), wire::VIEW).await;
    let page = page.map_err(|error| parameters.blame(error))?;
    let page = parameters.render(&page, &cursors);
    let next = page.next_cursor.as_ref().map(|cursor| parameters.address(&request.head, cursor));
    let answer = answer::page(wire::render_page(&page), next);
    Ok(coding::negotiated(&request.head, answer).await)
}

/// Describes the operation.
pub(crate) fn describe(_: &RolePolicy) -> Operation {
    let query = |name: &str, schema| Parameter::query(name, schema).titled();
    let limits = u64::from(*LIMITS.start())..=u64::from(*LIMITS.end());
    let most = format!("Maximum number of items to return ({}-{})", LIMITS.start(), LIMITS.end());
    Operation::new("List Users", wire::described_page())
        .parameter(query("workspace_id", schema::string()).required().about("Workspace ID (required)"))
        .parameter(query("search", schema::nullable(schema::string())).about("Search by name or email"))
        .parameter(query("limit", schema::integer(limits)).default(DEFAULT_LIMIT).about(&most))
        .parameter(
            query("cursor", schema::nullable(schema::cursor()))
                .about("Cursor for pagination (from previous response's next_cursor)"),
        )
        .parameter(authorization())
        .or(Published::BODILESS)
        .or([Published::NotFound, Published::Invalid])
}

/// What the query asks for.
struct Parameters {
    workspace: String,
    search: Option<String>,
    limit: u32,
    /// As sent, with what it opens to; `None` for none, and for an empty one.
    cursor: Option<(String, Position)>,
}

impl Parameters {
    fn read(query: &str, cursors: &Cursors) -> Result<Self, ApiError> {
        let mut query = Fields::of_query(query);
        let workspace = query.required("workspace_id", parse::string);
        let search = query.optional("search", parse::string);
        let limit = query.optional("limit", parse::integer(LIMITS));
        let cursor = query.optional("cursor", |name, value| {
            let cursor = parse::string(name, value)?;
            match (&workspace, &search) {
                (Ok(workspace), Ok(search)) if !cursor.is_empty() => {
                    let position = cursors.open(list(workspace, search.as_deref()), &cursor);
                    position.map(|position| Some((cursor, position))).ok_or(not_of_this_list().into())
                }
                // Without a list nobody can say whose the cursor is, but whether it is one.
                _ if cursor.is_empty() || Cursors::has_form(&cursor) => Ok(None),
                _ => Err(not_of_this_list().into()),
            }
        });
        query.finish(|| {
            Ok(Self {
                workspace: workspace?,
                search: search?,
                limit: limit?.unwrap_or(DEFAULT_LIMIT),
                cursor: cursor?.flatten(),
            })
        })
    }

    fn query(&self) -> ListQuery {
        ListQuery {
            workspace: Some(self.workspace.clone()),
            filter: Filter { search: self.search.as_deref().and_then(Search::new), role: None },
            begin: self.cursor.as_ref().map_or(Begin::Beginning, |(_, position)| Begin::At(position.clone())),
            limit: self.limit,
        }
    }

    /// Where the page is that begins at this cursor, and is otherwise what was asked for.
    fn address(&self, head: &Head, cursor: &str) -> String {
        let limit = self.limit.to_string();
        let mut pairs = vec![("workspace_id", self.workspace.as_str())];
        pairs.extend(self.search.as_deref().map(|search| ("search", search)));
        pairs.extend([("limit", limit.as_str()), ("cursor", cursor)]);
        format!("{}?{}", routes::local_address(head, USERS), query::write(&pairs))
    }

    /// A position that the directory does not know came from the cursor.
    fn blame(&self, error: DirectoryError) -> ApiError {
        match error {
            DirectoryError::UnknownPosition => ApiError::Invalid(vec![Fault {
                place: vec![Step::Name("query"), Step::Name("cursor")],
                rule: not_of_this_list(),
                input: self.cursor.as_ref().map_or(Json::Null, |(cursor, _)| Json::String(cursor.clone())),
            }]),
            other @ (DirectoryError::User(_)
            | DirectoryError::RateLimited { .. }
            | DirectoryError::OtherDialect { .. }
            | DirectoryError::Unavailable { .. }) => other.into(),
        }
    }

    fn render<'a>(&self, page: &'a Page, cursors: &Cursors) -> UserPage<'a> {
        let Page { users, total, has_more, next } = page;
        let list = list(&self.workspace, self.search.as_deref());
        UserPage {
            total: *total,
            has_more: *has_more,
            next_cursor: next.as_ref().map(|position| cursors.seal(list, position)),
            users: users.iter().map(|user| &*user.text).collect(),
        }
    }
}

/// An empty search is none.
fn list<'a>(workspace: &'a str, search: Option<&'a str>) -> List<'a> {
    List { workspace, search: search.unwrap_or("") }
}

fn not_of_this_list() -> Rule {
    Rule::Own("cursor must be a next_cursor of this list".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_reads_what_is_registered;

    const WORKSPACE: &str = "018f0000-0000-7000-8000-000000000001";

    fn faults(query: &str) -> Vec<(Vec<Step>, Rule)> {
        match Parameters::read(query, &Cursors::new(b"secret")) {
            Err(ApiError::Invalid(faults)) => faults.into_iter().map(|fault| (fault.place, fault.rule)).collect(),
            Ok(_) => Vec::new(),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn in_query(name: &'static str) -> Vec<Step> {
        vec![Step::Name("query"), Step::Name(name)]
    }

    #[test]
    fn every_parameter_is_in_the_registry() {
        assert_reads_what_is_registered("listUsers", || Parameters::read("", &Cursors::new(b"secret")));
    }

    #[test]
    fn every_fault_is_found_in_the_order_of_declaration() {
        assert_eq!(
            faults("cursor=x&limit=0"),
            [
                (in_query("workspace_id"), Rule::Missing),
                (in_query("limit"), Rule::GreaterThanEqual(1)),
                (in_query("cursor"), not_of_this_list())
            ]
        );
        assert_eq!(
            faults("cursor=x&limit=201&workspace_id=w"),
            [(in_query("limit"), Rule::LessThanEqual(200)), (in_query("cursor"), not_of_this_list())]
        );
    }

    #[test]
    fn empty_parameters_and_defaults() {
        let read = Parameters::read(&format!("workspace_id={WORKSPACE}&search=&cursor="), &Cursors::new(b"secret"));
        let parameters = read.unwrap_or_else(|error| panic!("{error:?}"));
        let query = parameters.query();
        assert_eq!((query.limit, query.begin, query.filter.search), (DEFAULT_LIMIT, Begin::Beginning, None));
        assert!(faults("workspace_id").is_empty(), "a bare name has the empty value");
    }

    #[test]
    fn a_cursor_leads_on_in_its_own_list_only() {
        let cursors = Cursors::new(b"secret");
        let position = Position("p".to_owned());
        let cursor = cursors.seal(list("w", Some("ada")), &position);
        let read = |query: &str| Parameters::read(query, &cursors).map(|parameters| parameters.query().begin);
        let sent = format!("workspace_id=w&search=ada&limit=1&cursor={cursor}");
        assert!(matches!(read(&sent), Ok(Begin::At(at)) if at == position));
        assert!(read(&format!("workspace_id=w&cursor={cursor}")).is_err());
        assert!(read(&format!("workspace_id=v&search=ada&cursor={cursor}")).is_err());

        let parameters = Parameters::read(&sent, &cursors).unwrap_or_else(|error| panic!("{error:?}"));
        let ApiError::Invalid(faults) = parameters.blame(DirectoryError::UnknownPosition) else { panic!("no fault") };
        assert_eq!(faults[0].input, Json::String(cursor));
    }
}
