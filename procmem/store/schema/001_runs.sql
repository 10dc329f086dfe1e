-- Runs and what they said. A run's number only ever grows, so its events lie together and a read skips all the others.
create table run (
    number integer primary key,
    id varchar not null unique,
    task_id varchar not null,
    task varchar not null,
    team varchar not null,
    policy varchar not null,
    status varchar not null,
    revision integer not null,
    simulated boolean not null,
    started timestamp not null,
    ended timestamp,
    steps integer,
    failed_steps integer,
    replans integer,
    tokens bigint,
    cost double,
    seconds double,
    success boolean,
    answer varchar not null,
    error varchar not null,
    compared_with varchar,
    setup varchar not null
);

create table event (
    run integer not null,
    seq integer not null,
    kind varchar not null,
    written timestamp not null,
    payload varchar not null
);

create table recall (
    run integer not null,
    seq integer not null,
    turn integer not null,
    reader varchar not null,
    moment varchar not null,
    memory_id varchar not null,
    version integer not null,
    rank integer not null,
    score double not null,
    entered boolean not null,
    reason varchar not null
);
