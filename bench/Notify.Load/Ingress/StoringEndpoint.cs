using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Notify.Load.Embedded;
using Notify.Load.Hosts;
using Notify.MinimalApi;

namespace Notify.Load.Ingress;

/// <summary>
/// The honest ceiling: a minimal API endpoint that deserializes the same body, writes the same rows, and answers once they are on
/// disk. One thread writes all requests that wait, with one flush. It neither validates nor plans, and ignores idempotency keys.
/// </summary>
internal static class StoringEndpoint
{
    public static async Task<WebApplication> BuildAsync(WebApplicationBuilder builder, string path)
    {
        var database = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        await using (var application = await Application.StartAsync(notifications => notifications.UseSqlite(database)))
            await application.SendAsync(1, callers: 1);

        var app = EmptyEndpoint.BuildWithJson(builder);
        var waiting = System.Threading.Channels.Channel.CreateUnbounded<Waiting>(
            new UnboundedChannelOptions { SingleReader = true }
        );
        var writer = new Thread(() => Write(database, waiting.Reader)) { IsBackground = true };
        writer.Start();
        app.MapPost("/v1/notifications", async (TriggerDocument trigger) =>
        {
            if (trigger is not { To: [{ Email: { } email }, ..], Content.Body: not null })
                return Results.BadRequest();
            var stored = new Waiting(email);
            waiting.Writer.TryWrite(stored);
            var id = await stored.Task;
            var url = $"/v1/notifications/{id}";
            return Results.Accepted(url, new AcceptedDocument(id, false, url));
        });
        return app;
    }

    private static void Write(string database, ChannelReader<Waiting> waiting)
    {
        using var rows = new SqliteRows(database);
        rows.Clear();
        var batch = new List<(Waiting Request, Guid Id)>();
        while (waiting.WaitToReadAsync().AsTask().Result)
        {
            rows.Begin();
            while (waiting.TryRead(out var request))
                batch.Add((request, rows.Insert(request.Email).Notification));
            rows.Commit();
            foreach (var (request, id) in batch)
                request.SetResult(id);
            batch.Clear();
        }
    }

    private sealed class Waiting(string email) : TaskCompletionSource<Guid>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Email => email;
    }
}
