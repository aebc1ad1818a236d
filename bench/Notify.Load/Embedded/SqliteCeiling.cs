using Notify.Load.Measuring;

namespace Notify.Load.Embedded;

/// <summary>
/// The simplest program that makes the same data durable. Each batch copies the rows of a notification that Notify has sent,
/// under new ids, and settles the rows of the previous batch. There is one flush per batch.
/// </summary>
internal static class SqliteCeiling
{
    public static async Task<Turn> RunAsync(string database, int count, int batch)
    {
        using var rows = new SqliteRows(database);
        var batches = (count + batch - 1) / batch;
        var unsettled = new List<byte[]>(batch);
        // One more call than there are batches to insert: it settles the last batch.
        var turn = await Callers.MeasureAsync(batches + 1, callers: 1, number =>
        {
            rows.Begin();
            foreach (var id in unsettled)
                rows.Settle(id);
            unsettled.Clear();
            for (var i = number * batch; i < Math.Min(count, (number + 1) * batch); i++)
                unsettled.Add(rows.Insert().Delivery);
            rows.Commit();
            return ValueTask.CompletedTask;
        });
        return turn with { Count = count };
    }
}
