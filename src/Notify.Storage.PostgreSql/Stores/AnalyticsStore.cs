using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Notify.Storage.Toolkit;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores counts, and the checkpoints of their sources.</summary>
internal sealed class AnalyticsStore(StoreDatabase database) : IAnalyticsStore
{
    private const string Key = "tenant, time, resolution, measure, detail, channel, provider, template, workflow, category";

    // Sorted, so that two processes lock the rows that both change in the same order.
    private readonly string _add = $"""
        INSERT INTO {database.Schema}.analytics_count AS counted ({Key}, value)
        SELECT {Key}, sum(value)
        FROM unnest($1::text[], $2::timestamptz[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::bigint[]) AS added({Key}, value)
        GROUP BY {Key} ORDER BY {Key}
        ON CONFLICT ({Key}) DO UPDATE SET value = counted.value + excluded.value
        """;

    private readonly string _start = $"""
        INSERT INTO {database.Schema}.analytics_checkpoint (source, position, state) VALUES ($1, $2, $3)
        ON CONFLICT (source) DO NOTHING
        """;

    private readonly string _move = $"""
        UPDATE {database.Schema}.analytics_checkpoint SET position = $2, state = $3 WHERE source = $1 AND position = $4
        """;

    private readonly string _findCheckpoint = $"""
        SELECT position, state FROM {database.Schema}.analytics_checkpoint WHERE source = $1
        """;

    private readonly string _sum = $"""
        SELECT CASE WHEN $4 = 0 THEN $2 ELSE to_timestamp(floor(extract(epoch FROM time) / NULLIF($4, 0)) * $4) END,
            measure, detail,
            CASE WHEN $5 THEN channel ELSE '' END, CASE WHEN $6 THEN provider ELSE '' END,
            CASE WHEN $7 THEN template ELSE '' END, CASE WHEN $8 THEN workflow ELSE '' END,
            CASE WHEN $9 THEN category ELSE '' END, sum(value)::bigint
        FROM {database.Schema}.analytics_count
        WHERE tenant = $1 AND time >= $2 AND time < $3 AND measure = ANY($10)
            AND ($11::text IS NULL OR channel = $11) AND ($12::text IS NULL OR provider = $12)
            AND ($13::text IS NULL OR template = $13) AND ($14::text IS NULL OR workflow = $14)
            AND ($15::text IS NULL OR category = $15)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1 LIMIT $16
        """;

    // One statement moves a batch. Rows that another process is changing are skipped until the next call.
    private readonly string _rollUp = $"""
        WITH moved AS (
            DELETE FROM {database.Schema}.analytics_count WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {database.Schema}.analytics_count WHERE resolution = $1 AND time < $2
                LIMIT $3 FOR UPDATE SKIP LOCKED))
            RETURNING *
        ), added AS (
            INSERT INTO {database.Schema}.analytics_count AS counted ({Key}, value)
            SELECT tenant, longer.time, $1 + 1, measure, detail, channel, provider, template, workflow, category, sum(value)
            FROM moved CROSS JOIN LATERAL (
                SELECT to_timestamp(floor(extract(epoch FROM moved.time) / $4) * $4) AS time) AS longer
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            ON CONFLICT ({Key}) DO UPDATE SET value = counted.value + excluded.value
        )
        SELECT count(*) FROM moved
        """;

    public async ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
        await database
            .TransactAsync((connection, cancellation) => AddAsync(connection, counts, cancellation), cancellationToken)
            .ConfigureAwait(false);

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    ) =>
        database.TransactAsync(
            async (connection, cancellation) =>
            {
                // The checkpoint comes first: its row is locked until the commit, so two workers of one source take turns.
                var moved = await connection
                    .ExecuteAsync(
                        expected is null ? _start : _move,
                        parameters =>
                        {
                            parameters.With(checkpoint.Source).With(checkpoint.Position).With(checkpoint.State.ToArray());
                            if (expected is { } position)
                                parameters.With(position);
                        },
                        cancellation
                    )
                    .ConfigureAwait(false);
                if (moved == 0)
                    return false;

                await AddAsync(connection, counts, cancellation).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    public async ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken)
    {
        var found = await database
            .QueryAsync(
                _findCheckpoint,
                parameters => parameters.With(source),
                row => new AnalyticsCheckpoint
                {
                    Source = source,
                    Position = row.GetInt64(0),
                    State = row.GetFieldValue<byte[]>(1),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return found is [var checkpoint] ? checkpoint : null;
    }

    public async ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
        await database
            .QueryAsync(
                _sum,
                parameters => Bind(parameters, filter),
                row =>
                    StoredCount.WithNames(
                        new AnalyticsCount
                        {
                            Time = row.Time(0),
                            Resolution = filter.Resolution,
                            Tenant = filter.Tenant,
                            Measure = (AnalyticsMeasure)row.GetInt16(1),
                            Value = row.GetInt64(8),
                        },
                        row.GetString(2),
                        row.GetString(3),
                        row.GetString(4),
                        row.GetString(5),
                        row.GetString(6),
                        row.GetString(7)
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    )
    {
        var any = false;
        while (true)
        {
            var moved = await database
                .TransactAsync(
                    (connection, cancellation) =>
                        connection.QueryAsync(
                            _rollUp,
                            parameters =>
                                parameters
                                    .With((short)resolution)
                                    .With(before)
                                    .With(most)
                                    .With((int)(resolution + 1).GetLength().TotalSeconds),
                            row => row.GetInt64(0),
                            cancellation
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
            any |= moved[0] > 0;
            if (moved[0] < most)
                return any;
        }
    }

    private async ValueTask<int> AddAsync(
        NpgsqlConnection connection,
        IReadOnlyList<AnalyticsCount> counts,
        CancellationToken cancellationToken
    )
    {
        string[][] names = [.. counts.Select(StoredCount.WriteNames)];
        return counts.Count == 0
            ? 0
            : await connection
                .ExecuteAsync(
                    _add,
                    parameters =>
                        parameters
                            .Column(NpgsqlDbType.Text, counts, count => count.Tenant)
                            .Column(NpgsqlDbType.TimestampTz, counts, count => count.Time.ToDatabase())
                            .Column(NpgsqlDbType.Smallint, counts, count => (short)count.Resolution)
                            .Column(NpgsqlDbType.Smallint, counts, count => (short)count.Measure)
                            .Column(NpgsqlDbType.Text, names, name => name[0])
                            .Column(NpgsqlDbType.Text, names, name => name[1])
                            .Column(NpgsqlDbType.Text, names, name => name[2])
                            .Column(NpgsqlDbType.Text, names, name => name[3])
                            .Column(NpgsqlDbType.Text, names, name => name[4])
                            .Column(NpgsqlDbType.Text, names, name => name[5])
                            .Column(NpgsqlDbType.Bigint, counts, count => count.Value),
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    private static void Bind(NpgsqlParameterCollection parameters, AnalyticsFilter filter) =>
        parameters
            .With(filter.Tenant)
            .With(filter.From)
            .With(filter.To)
            .With((int)filter.Resolution.GetLength().TotalSeconds)
            .With(filter.GroupBy.HasFlag(AnalyticsDimensions.Channel))
            .With(filter.GroupBy.HasFlag(AnalyticsDimensions.Provider))
            .With(filter.GroupBy.HasFlag(AnalyticsDimensions.Template))
            .With(filter.GroupBy.HasFlag(AnalyticsDimensions.Workflow))
            .With(filter.GroupBy.HasFlag(AnalyticsDimensions.Category))
            .Column(NpgsqlDbType.Smallint, filter.Measures, measure => (short)measure)
            .WithOrNull(NpgsqlDbType.Text, filter.Channel?.Name)
            .WithOrNull(NpgsqlDbType.Text, filter.Provider)
            .WithOrNull(NpgsqlDbType.Text, filter.Template)
            .WithOrNull(NpgsqlDbType.Text, filter.Workflow)
            .WithOrNull(NpgsqlDbType.Text, filter.Category)
            .With(filter.Limit);
}
