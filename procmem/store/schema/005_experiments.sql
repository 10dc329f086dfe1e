-- Experiments, and what each of their runs came to. A row of experiment_run is written together with its run, or not at all.
create table experiment (
    number integer primary key,
    id varchar not null unique,
    name varchar not null,
    preset varchar not null,
    created timestamp not null,
    status varchar not null,
    simulated boolean not null,
    total integer not null,
    seconds double not null,
    error varchar not null,
    design varchar not null,
    made_with varchar not null
);

create table experiment_run (
    experiment integer not null,
    place integer not null,
    run_id varchar not null,
    status varchar not null,
    success boolean,
    steps integer not null,
    failed_steps integer not null,
    replans integer not null,
    calls integer not null,
    prompt_tokens bigint,
    completion_tokens bigint,
    cost double,
    seconds double not null,
    error varchar not null,
    primary key (experiment, place)
);
