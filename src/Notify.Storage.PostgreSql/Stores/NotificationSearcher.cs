using Notify.Storage.PostgreSql.Connection;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>
/// Searches for notifications by their progress and channels. It compares IDs and states, and reads only the notifications that
/// it returns.
/// </summary>
internal sealed class NotificationSearcher(StoreDatabase database)
{
    private readonly SearchQueries _queries = new(database.Schema);

    public async ValueTask<NotificationCandidates> RunAsync(NotificationSearch search, CancellationToken cancellationToken)
    {
        var (from, to) = IdRange.Create(search.Filter, search.Before);
        var labels = NotificationLabel.GetAll(search.Filter);
        var rows = await database
            .QueryAsync(
                _queries.Create(search.Part, search.Channel is not null, labels.Count),
                parameters =>
                {
                    parameters
                        .With(search.Filter.Tenant)
                        .With(from ?? Guid.Empty)
                        .With(to ?? Guid.AllBitsSet)
                        .With(search.Limit)
                        .With(search.MaxScanned)
                        .With(search.MaxSubscribers)
                        .WithOrNull(NpgsqlDbType.Text, search.Channel?.Name);
                    foreach (var label in labels)
                        parameters.With((short)label.Kind).With(label.Value);
                },
                row =>
                    (Id: row.GetGuid(0), Found: row.IsDBNull(3) ? null : NotificationStore.ReadSummary(row), row.GetBoolean(4)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return CreateResult(search, rows);
    }

    // A row without a notification is one that was purged, or the last one that was examined.
    private static NotificationCandidates CreateResult(
        NotificationSearch search,
        List<(Guid Id, NotificationSummary? Found, bool IsEnd)> rows
    )
    {
        var isFull = rows.Count(row => !row.IsEnd) == search.Limit;
        var isCut = rows.Exists(row => row.IsEnd);
        return new NotificationCandidates
        {
            Items = [.. rows.Where(row => row.Found is not null).Select(row => row.Found!).OrderByDescending(found => found.Id)],
            Last = isFull || isCut ? rows.Min(row => row.Id) : null,
            Scanned = isCut ? search.MaxScanned : rows.Count,
        };
    }
}
