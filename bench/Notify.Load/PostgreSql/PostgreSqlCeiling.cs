using System.Collections.Concurrent;
using Notify.Load.Measuring;

namespace Notify.Load.PostgreSql;

/// <summary>
/// The simplest program that makes the same data durable. Each batch copies the rows of a notification that Notify has sent,
/// under new ids, and settles the rows of the previous batch. A batch consists of one statement per table and one that settles,
/// all sent together: one round trip and one commit.
/// </summary>
internal static class PostgreSqlCeiling
{
    public static async Task<Turn> RunAsync(string connectionString, int count, int batch, int connections)
    {
        var loops = new ConcurrentBag<CeilingConnection>();
        for (var i = 0; i < connections; i++)
            loops.Add(await CeilingConnection.OpenAsync(connectionString));
        try
        {
            var turn = await Callers.MeasureAsync((count + batch - 1) / batch, connections, async number =>
            {
                loops.TryTake(out var loop);
                await loop!.WriteAsync(Math.Min(batch, count - number * batch));
                loops.Add(loop);
            });
            return turn with { Count = count };
        }
        finally
        {
            foreach (var loop in loops)
                await loop.DisposeAsync();
        }
    }
}
