-- The bank's history. Versions and the log of what stood when are only ever added to; an undo points back to what stood before,
-- so an undone bank is the same bank and no vector is computed again. memory_now is the log's last word, kept beside it.
alter table proposal add column state varchar default 'undecided';
alter table proposal add column decision integer;

alter table decision rename to decision_2;
alter table memory_version rename to memory_version_2;
alter table embedding rename to embedding_2;

-- full_tasks and subtasks: how many active ones the bank held after it. An undo's number is above that of what it undoes.
create table decision (
    number integer primary key,
    id varchar not null unique,
    proposal_id varchar not null,
    verdict varchar not null,
    decider varchar not null,
    reason varchar not null,
    revision integer not null,
    changed boolean not null,
    decided timestamp not null,
    undoes varchar,
    in_force boolean not null,
    full_tasks integer not null,
    subtasks integer not null
);

-- words is what a search by word looks through: key, title and content in lower case.
create table memory_version (
    number integer primary key,
    memory_id varchar not null,
    version integer not null,
    decision_id varchar not null,
    level varchar not null,
    agent varchar not null,
    parent varchar,
    position integer not null,
    builder varchar not null,
    build varchar not null,
    task_id varchar not null,
    status varchar not null,
    title varchar not null,
    key_text varchar not null,
    words varchar not null,
    payload varchar not null
);

-- What stood from a revision on (null: not in the bank), and what stood before.
create table memory_head (
    revision integer not null,
    memory_id varchar not null,
    number integer,
    before integer
);

-- What stands (null: not in the bank any more), the number of a memory's first version, and how many versions it had.
create table memory_now (
    memory_id varchar primary key,
    number integer,
    first integer not null,
    versions integer not null
);

-- A vector is a row of little-endian float32: twenty times faster to write than a list of floats, and read as it lies.
create table embedding (
    model varchar not null,
    number integer not null,
    vector blob not null
);

insert into memory_version
    select row_number() over (order by rowid), memory_id, version, decision_id, level, agent, parent, position, builder,
        coalesce(payload ->> '$.origin.build', 'proceduralization'), payload ->> '$.origin.task_id', status,
        payload ->> '$.title', key_text,
        lower(replace(regexp_replace(payload, '"[a-z_]+":', '', 'g'), '\n', ' ')), payload
    from memory_version_2 order by rowid;

insert into memory_head
    select revision, memory_id, v.number, lag(v.number) over (partition by memory_id order by version)
    from memory_version v join memory_version_2 using (memory_id, version) order by v.number;

insert into memory_now
    select memory_id, max(number), min(number), max(version) from memory_version group by memory_id order by min(number);

insert into embedding
    select model, number, vector from embedding_2 join memory_version using (memory_id, version) order by model, number;

insert into decision
    with change as (
        select revision, now.level, (now.status = 'active')::integer - coalesce(was.status = 'active', false)::integer as more
        from memory_head h join memory_version now on now.number = h.number left join memory_version was on was.number = h.before
    )
    select row_number() over (order by d.rowid), id, proposal_id, verdict, decider, reason, revision, verdict <> 'discard',
        decided, null, true,
        coalesce((select sum(more) from change where change.revision <= d.revision and level = 'full-task'), 0),
        coalesce((select sum(more) from change where change.revision <= d.revision and level = 'subtask'), 0)
    from decision_2 d order by d.rowid;

update proposal set decision = decision.number, state = case verdict
        when 'accept' then 'accepted' when 'edit' then 'edited' else 'discarded' end
    from decision where decision.proposal_id = proposal.id;

drop table embedding_2;
drop table memory_version_2;
drop table decision_2;

create index memory_version_parent on memory_version (parent);
create index embedding_number on embedding (number);

-- Which runs an update has learned from; what ended before there was a mark has been had.
alter table run add column learned boolean default false;
update run set learned = ended is not null;
