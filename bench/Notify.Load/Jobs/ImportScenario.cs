using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Jobs;

/// <summary>
/// A job that imports devices into a host on SQLite. The host is killed in the middle, and the next one continues the job. Then
/// all devices are exported. Each must be stored and exported once, and the memory of the hosts must stay constant.
/// </summary>
internal static class ImportScenario
{
    public const string Name = "import";

    private const double MaxMegabytes = 300;

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 1_000_000, min: 1_000);
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var settings = new HostSettings
        {
            Database = folder.File("notify.db"),
            Record = folder.File("vendor.log"),
            Port = HostProcess.FreePort(),
        };
        var result = await RunAsync(settings, count);
        result.Print();
        return result.Passed ? 0 : 1;
    }

    private static async Task<ImportResult> RunAsync(HostSettings settings, int count)
    {
        using var client = new HttpClient { BaseAddress = settings.Address, Timeout = Deadline };
        string job;
        double receivedPerSecond,
            perSecond,
            peak;
        long doneWhenKilled;
        await using (var first = await StartAsync(settings))
        {
            var started = Stopwatch.GetTimestamp();
            job = await StartJobAsync(client, "import-devices", new DeviceLines(count));
            receivedPerSecond = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            (doneWhenKilled, perSecond) = await RunHalfAsync(client, job, count);
            peak = ResidentMemory.PeakBytes(first.Id) / 1e6;
            await first.KillAsync();
        }

        Console.Error.WriteLine($"  received {receivedPerSecond:0} per second, killed at {doneWhenKilled}, {peak:0} MB");
        await using var second = await StartAsync(settings);
        var ended = await WaitAsync(client, job);
        var export = Stopwatch.GetTimestamp();
        var exported = await ExportAsync(client);
        var exportedPerSecond = exported / Stopwatch.GetElapsedTime(export).TotalSeconds;
        peak = Math.Max(peak, ResidentMemory.PeakBytes(second.Id) / 1e6);
        var stored = CountDevices(settings.Database!);
        return new ImportResult(
            count,
            Math.Round(receivedPerSecond),
            Math.Round(perSecond),
            doneWhenKilled,
            stored,
            exported,
            Math.Round(exportedPerSecond),
            Math.Round(peak, 1),
            IsComplete(ended, count) && stored == count && exported == count && peak <= MaxMegabytes
        );
    }

    private static async Task<(long Done, double PerSecond)> RunHalfAsync(HttpClient client, string job, int count)
    {
        var state = await WaitAsync(client, job, state => state.GetProperty("done").GetInt64() >= count / 2);
        return (state.GetProperty("done").GetInt64(), state.GetProperty("perSecond").GetDouble());
    }

    private static Task<JsonElement> WaitAsync(HttpClient client, string job) =>
        WaitAsync(client, job, state => state.TryGetProperty("endedAt", out _));

    private static async Task<JsonElement> WaitAsync(HttpClient client, string job, Func<JsonElement, bool> isThere)
    {
        while (true)
        {
            var state = JsonElement.Parse(await client.GetStringAsync(new Uri(job, UriKind.Relative)));
            if (isThere(state))
                return state;
            await Task.Delay(PollInterval);
        }
    }

    private static async Task<long> ExportAsync(HttpClient client)
    {
        var job = await StartJobAsync(client, "export-devices", null);
        await WaitAsync(client, job);
        await using var lines = await client.GetStreamAsync(new Uri($"{job}/result", UriKind.Relative));
        using var reader = new StreamReader(lines);
        var count = 0L;
        while (await reader.ReadLineAsync() is not null)
            count++;
        return count;
    }

    private static async Task<string> StartJobAsync(HttpClient client, string kind, HttpContent? body)
    {
        using var response = await client.PostAsync(new Uri($"/v1/jobs/{kind}", UriKind.Relative), body);
        return response.IsSuccessStatusCode
            ? response.Headers.Location!.ToString()
            : throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    private static bool IsComplete(JsonElement job, int count) =>
        job.GetProperty("state").GetString() == "completed"
        && job.GetProperty("done").GetInt64() == count
        && job.GetProperty("total").GetInt64() == count
        && job.GetProperty("failed").GetInt64() == 0;

    private static long CountDevices(string file)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString();
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM notify_device";
        return (long)command.ExecuteScalar()!;
    }

    private static async Task<HostProcess> StartAsync(HostSettings settings)
    {
        var host = HostProcess.Start(settings);
        if (!await host.Ready)
            throw new InvalidOperationException($"The host ended: {host.Output}");
        return host;
    }
}
