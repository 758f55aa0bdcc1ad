//! `GET /v1/users`: the users whom the key reaches, a page at a time.

use std::ops::RangeInclusive;

use actix_web::HttpResponse;
use dialect::openapi::{Operation, Parameter};
use dialect::{Begin, Head, ListQuery, Page, Request, answer, coding, query};
use users::page::Filter;
use users::{RoleName, RolePolicy};

use crate::caller::call_of;
use crate::errors::{ApiError, Published};
use crate::extract::{Fields, parse, schema};
use crate::routes::{self, USERS};
use crate::wire::{self, Pagination, UserPage};

/// How many users a page may have.
pub(crate) const LIMITS: RangeInclusive<u32> = 1..=100;
const DEFAULT_LIMIT: u32 = 20;
const OFFSETS: RangeInclusive<u64> = 0..=u64::MAX;
const DEFAULT_OFFSET: u64 = 0;

/// Lists users.
///
/// # Errors
/// See [`ApiError`].
pub(crate) async fn handle(request: Request) -> Result<HttpResponse, ApiError> {
    let call = call_of(&request).await?;
    let parameters = Parameters::read(&request.head.query, &request.services.policy)?;
    let page = request.directory.list(&call, parameters.query(), wire::ITEM_VIEW).await?;
    let next = page.has_more.then(|| parameters.next(&request.head));
    let answer = answer::page(wire::render_page(&parameters.render(&page)), next);
    Ok(coding::negotiated(&request.head, answer).await)
}

/// Describes the operation.
pub(crate) fn describe(policy: &RolePolicy) -> Operation {
    let limits = u64::from(*LIMITS.start())..=u64::from(*LIMITS.end());
    let offsets = *OFFSETS.start()..=parse::GREATEST;
    let query = Parameter::query;
    Operation::new("Returns a list of all users.", wire::described_page())
        .about("Returns an array of user objects with their basic information. Requires users:read permission.")
        .parameter(
            query("limit", schema::integer(limits)).default(DEFAULT_LIMIT).about("Maximum number of users to return"),
        )
        .parameter(query("offset", schema::integer(offsets)).default(DEFAULT_OFFSET).about("Number of users to skip"))
        .parameter(query("role", schema::role(policy)).about("Filter users by role"))
        .or(Published::ALWAYS)
}

/// What the query asks for.
struct Parameters {
    limit: u32,
    offset: u64,
    role: Option<RoleName>,
}

impl Parameters {
    fn read(query: &str, policy: &RolePolicy) -> Result<Self, ApiError> {
        let mut query = Fields::of_query(query);
        let limit = query.optional("limit", parse::integer(LIMITS));
        let offset = query.optional("offset", parse::integer(OFFSETS));
        let role = query.optional("role", parse::role(policy));
        query.finish(|| {
            Ok(Self { limit: limit?.unwrap_or(DEFAULT_LIMIT), offset: offset?.unwrap_or(DEFAULT_OFFSET), role: role? })
        })
    }

    fn query(&self) -> ListQuery {
        ListQuery {
            workspace: None,
            filter: Filter { search: None, role: self.role.clone() },
            begin: Begin::Skip(self.offset),
            limit: self.limit,
        }
    }

    /// Where the next page is, which is otherwise what was asked for.
    fn next(&self, head: &Head) -> String {
        let (limit, offset) = (self.limit.to_string(), self.offset.saturating_add(self.limit.into()).to_string());
        let mut pairs = vec![("limit", limit.as_str()), ("offset", offset.as_str())];
        pairs.extend(self.role.as_ref().map(|role| ("role", role.as_str())));
        format!("{}?{}", routes::local_address(head, USERS), query::write(&pairs))
    }

    fn render<'a>(&self, page: &'a Page) -> UserPage<'a> {
        let Page { users, total, has_more, next: _ } = page;
        UserPage {
            data: users.iter().map(|user| &*user.text).collect(),
            pagination: Pagination { total: *total, limit: self.limit, offset: self.offset, has_more: *has_more },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Answered, Command, ID, assert_reads_what_is_registered, request};

    fn list(query: &str) -> Answered {
        request().with_key().with_query(query).send("listUsers")
    }

    #[test]
    fn every_parameter_is_in_the_registry() {
        assert_reads_what_is_registered("listUsers", || list(""));
    }

    #[test]
    fn a_page_says_where_it_stands() {
        let answer = list("limit=2&offset=7&other=1&other=2");
        assert_eq!(answer.status, 200);
        let user = format!(
            r#"{{"id":"{ID}","email":"john@example.com","name":"john","role":"user","status":"active","createdAt":"2023-01-01T12:00:00Z"}}"#
        );
        let pagination = r#"{"total":41,"limit":2,"offset":7,"hasMore":true}"#;
        assert_eq!(answer.body, format!(r#"{{"data":[{user}],"pagination":{pagination}}}"#));
        assert_eq!(answer.link.as_deref(), Some(r#"</mount/v1/users?limit=2&offset=9>; rel="next""#));
    }

    #[test]
    fn the_query_becomes_the_directorys() {
        for (query, limit, offset, role) in [
            ("", 20, 0, None),
            ("limit=100&offset=999999999999999999&role=viewer", 100, 999_999_999_999_999_999, Some("viewer")),
            ("offset=007&limit=%31&search=x&workspace_id=w&Role=", 1, 7, None),
        ] {
            let answer = list(query);
            let role_asked = role.map_or(String::new(), |role| format!("&role={role}"));
            let next = format!(
                r#"</mount/v1/users?limit={limit}&offset={}{role_asked}>; rel="next""#,
                offset + u64::from(limit)
            );
            assert_eq!(answer.link, Some(next), "{query}");
            let [Command::List(asked)] = answer.commands.as_slice() else { panic!("{}", answer.body) };
            assert_eq!((asked.limit, &asked.begin), (limit, &Begin::Skip(offset)), "{query}");
            assert_eq!(asked.filter.role.as_ref().map(RoleName::as_str), role, "{query}");
            assert_eq!((&asked.workspace, &asked.filter.search), (&None, &None), "{query}");
        }
    }

    #[test]
    fn every_failing_parameter_is_named_in_order() {
        for (query, faults) in [
            (
                "role=&offset=-1&limit=0",
                vec![
                    "limit must be between 1 and 100",
                    "offset must be an integer of 1 to 18 digits",
                    "role must be one of admin, viewer, user",
                ],
            ),
            ("limit=101", vec!["limit must be between 1 and 100"]),
            (
                "limit=&offset",
                vec!["limit must be an integer of 1 to 18 digits", "offset must be an integer of 1 to 18 digits"],
            ),
            ("limit=5&limit=5", vec!["limit must not be repeated"]),
            ("role=Admin", vec!["role must be one of admin, viewer, user"]),
        ] {
            let answer = list(query);
            assert_eq!(answer.faults(), faults, "{query}");
            assert!(answer.commands.is_empty(), "{query}");
        }
    }

    #[test]
    fn the_key_goes_before_the_query() {
        assert_eq!(request().with_query("limit=0").send("listUsers").verdict(), (401, "UNAUTHORIZED"));
        let stranger = request().with_header("x-api-key", "YOUR_API_KEY");
        assert_eq!(stranger.send("listUsers").verdict(), (401, "UNAUTHORIZED"));
    }
}
