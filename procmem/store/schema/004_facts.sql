-- Keywords of memory versions by the model that extracted them, and their vectors by embedding model (Mem^p's AveFact).
create table facts (
    extractor varchar not null,
    number integer not null,
    words varchar[] not null
);

create table fact_embedding (
    model varchar not null,
    fact varchar not null,
    vector blob not null,
    primary key (model, fact)
);
