using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps counts and the checkpoints of their sources, each in their own table.</summary>
internal sealed class AnalyticsStore : IAnalyticsStore, IDisposable
{
    private const string Key = "tenant, time, resolution, measure, detail, channel, provider, template, workflow, category";

    // Both statements of a roll-up select the same rows.
    private const string Old = $"""
        SELECT {Key}, value FROM notify_analytics WHERE resolution = @resolution AND time < @before ORDER BY {Key} LIMIT @limit
        """;

    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly Statement _add;
    private readonly Statement _start;
    private readonly Statement _move;
    private readonly Statement _addOld;
    private readonly Statement _deleteOld;

    public AnalyticsStore(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _add = Prepare(
            $"""
            INSERT INTO notify_analytics ({Key}, value)
            VALUES (@tenant, @time, @resolution, @measure, @detail, @channel, @provider, @template, @workflow, @category, @value)
            ON CONFLICT DO UPDATE SET value = value + excluded.value
            """
        );
        _start = Prepare(
            """
            INSERT INTO notify_analytics_checkpoint (source, position, state) VALUES (@source, @position, @state)
            ON CONFLICT DO NOTHING
            """
        );
        _move = Prepare(
            """
            UPDATE notify_analytics_checkpoint SET position = @position, state = @state
            WHERE source = @source AND position = @expected
            """
        );
        _addOld = Prepare(
            $"""
            INSERT INTO notify_analytics ({Key}, value)
            SELECT tenant, time - time % @length, resolution + 1, measure, detail, channel, provider, template, workflow,
                category, sum(value)
            FROM ({Old}) WHERE true GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            ON CONFLICT DO UPDATE SET value = value + excluded.value
            """
        );
        _deleteOld = Prepare($"DELETE FROM notify_analytics WHERE ({Key}) IN (SELECT {Key} FROM ({Old}))");
    }

    public async ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
        await _writer.RunAsync(() => Add(counts), cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    ) => _writer.RunAsync(() => TryMove(checkpoint, expected) && Add(counts), cancellationToken);

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT position, state FROM notify_analytics_checkpoint WHERE source = @source"
        );
        statement.Bind("@source", source);
        return new(
            statement.Read()
                ? new AnalyticsCheckpoint
                {
                    Source = source,
                    Position = statement.Int64(0),
                    State = statement.Blob(1).ToArray(),
                }
                : null
        );
    }

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            """
            SELECT CASE @length WHEN 0 THEN @from ELSE time - time % @length END, measure, detail,
                CASE WHEN @by & 1 THEN channel ELSE '' END, CASE WHEN @by & 2 THEN provider ELSE '' END,
                CASE WHEN @by & 4 THEN template ELSE '' END, CASE WHEN @by & 8 THEN workflow ELSE '' END,
                CASE WHEN @by & 16 THEN category ELSE '' END, sum(value)
            FROM notify_analytics
            WHERE tenant = @tenant AND time >= @from AND time < @to AND @measures >> measure & 1
                AND (@channel IS NULL OR channel = @channel) AND (@provider IS NULL OR provider = @provider)
                AND (@template IS NULL OR template = @template) AND (@workflow IS NULL OR workflow = @workflow)
                AND (@category IS NULL OR category = @category)
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1 LIMIT @limit
            """
        );
        statement
            .Bind("@length", filter.Resolution.GetLength().Ticks)
            .Bind("@from", filter.From)
            .Bind("@by", (long)filter.GroupBy)
            .Bind("@tenant", filter.Tenant)
            .Bind("@to", filter.To)
            .Bind("@measures", filter.Measures.Aggregate(0L, (bits, measure) => bits | 1L << (int)measure))
            .Bind("@channel", filter.Channel?.Name)
            .Bind("@provider", filter.Provider)
            .Bind("@template", filter.Template)
            .Bind("@workflow", filter.Workflow)
            .Bind("@category", filter.Category)
            .Bind("@limit", filter.Limit);
        var sums = new List<AnalyticsCount>();
        while (statement.Read())
        {
            var sum = new AnalyticsCount
            {
                Time = statement.Time(0),
                Resolution = filter.Resolution,
                Tenant = filter.Tenant,
                Measure = (AnalyticsMeasure)statement.Int32(1),
                Value = statement.Int64(8),
            };
            sums.Add(StoredCount.WithNames(sum, [.. Enumerable.Range(2, 6).Select(statement.Text)]));
        }

        return new(sums);
    }

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
            var moved = await _writer.RunAsync(() => RollUp(resolution, before, most), cancellationToken).ConfigureAwait(false);
            any |= moved > 0;
            if (moved < most)
                return any;
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _add.Dispose();
        _start.Dispose();
        _move.Dispose();
        _addOld.Dispose();
        _deleteOld.Dispose();
    }

    private Statement Prepare(string sql) => new(_writer.Connection, sql);

    private bool Add(IReadOnlyList<AnalyticsCount> counts)
    {
        foreach (var count in counts)
        {
            var names = StoredCount.WriteNames(count);
            _add.Bind("@tenant", count.Tenant)
                .Bind("@time", count.Time)
                .Bind("@resolution", (long)count.Resolution)
                .Bind("@measure", (long)count.Measure)
                .Bind("@detail", names[0])
                .Bind("@channel", names[1])
                .Bind("@provider", names[2])
                .Bind("@template", names[3])
                .Bind("@workflow", names[4])
                .Bind("@category", names[5])
                .Bind("@value", count.Value)
                .Execute();
        }

        return true;
    }

    private bool TryMove(AnalyticsCheckpoint checkpoint, long? expected)
    {
        var statement = expected is { } position ? _move.Bind("@expected", position) : _start;
        return statement
                .Bind("@source", checkpoint.Source)
                .Bind("@position", checkpoint.Position)
                .Bind("@state", checkpoint.State.Span)
                .Execute() > 0;
    }

    private int RollUp(AnalyticsResolution resolution, DateTimeOffset before, int most)
    {
        _addOld
            .Bind("@length", (resolution + 1).GetLength().Ticks)
            .Bind("@resolution", (long)resolution)
            .Bind("@before", before)
            .Bind("@limit", most)
            .Execute();
        return _deleteOld.Bind("@resolution", (long)resolution).Bind("@before", before).Bind("@limit", most).Execute();
    }
}
