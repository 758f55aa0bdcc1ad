//! The acceptance suite: diglot as its clients and its operators see it, over real sockets and the command line.
//!
//! What is expected here comes from the two API references and from the contract, never from the implementation.

mod harness;

mod accounts;
mod audit;
mod balancer;
mod cli;
mod contract;
mod conventions;
mod crossing;
mod deployment;
mod freshness;
mod golden;
mod mail;
mod maisa;
mod mechamental;
mod openapi;
mod replicas;
mod robustness;
mod vectors;
