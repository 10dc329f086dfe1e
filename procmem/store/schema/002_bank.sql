-- The bank. Rows are only ever added: a memory is its versions, and the bank as of a revision is each one's latest by then.
create table proposal (
    number integer primary key,
    id varchar not null unique,
    kind varchar not null,
    run_id varchar,
    author varchar not null,
    proposed timestamp not null,
    payload varchar not null
);

create table decision (
    id varchar primary key,
    proposal_id varchar not null,
    verdict varchar not null,
    decider varchar not null,
    reason varchar not null,
    revision integer not null,
    decided timestamp not null
);

create table memory_version (
    memory_id varchar not null,
    version integer not null,
    revision integer not null,
    decision_id varchar not null,
    level varchar not null,
    agent varchar not null,
    parent varchar,
    position integer not null,
    builder varchar not null,
    status varchar not null,
    key_text varchar not null,
    payload varchar not null,
    primary key (memory_id, version)
);

-- A vector is a row of little-endian float32: twenty times faster to write than a list of floats, and read as it lies.
create table embedding (
    model varchar not null,
    memory_id varchar not null,
    version integer not null,
    vector blob not null,
    primary key (model, memory_id, version)
);
