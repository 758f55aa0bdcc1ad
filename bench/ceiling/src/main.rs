//! The ceiling: the framework alone, which answers every request with the same bytes and the same headers.
//!
//! `ceiling ADDRESS WORKERS BODY HEADERS`: the body is a file; HEADERS a file with a `name: value` on each line.

use std::io;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer, web};

struct Answer {
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
}

async fn answer(answer: Data<Answer>) -> HttpResponse {
    let mut response = HttpResponse::Ok().body(answer.body.clone());
    for (name, value) in &answer.headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

fn header(line: &str) -> io::Result<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(": ").ok_or_else(|| io::Error::other(format!("no header: {line}")))?;
    let name = HeaderName::try_from(name).map_err(io::Error::other)?;
    Ok((name, HeaderValue::try_from(value).map_err(io::Error::other)?))
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, workers, body, headers] = arguments.as_slice() else {
        return Err(io::Error::other("usage: ceiling ADDRESS WORKERS BODY HEADERS"));
    };
    let headers: io::Result<Vec<_>> = std::fs::read_to_string(headers)?.lines().map(header).collect();
    let answered = Data::new(Answer { body: std::fs::read(body)?.into(), headers: headers? });
    HttpServer::new(move || App::new().app_data(answered.clone()).default_service(web::to(answer)))
        .workers(workers.parse().map_err(io::Error::other)?)
        .bind(address)?
        .run()
        .await
}
