using System.Globalization;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

/// <summary>A real Prometheus server that scrapes its targets every second.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client;
    private readonly ServerProcess _process;

    /// <param name="targets">The address of the metrics of each role.</param>
    public Prometheus(IReadOnlyDictionary<string, Uri> targets)
    {
        var jobs = targets.Select(target =>
            $$"""
                  - job_name: {{target.Key}}
                    metrics_path: {{target.Value.AbsolutePath}}
                    static_configs:
                      - targets: ['{{target.Value.Authority}}']
                        labels: { namespace: shop, role: {{target.Key}} }
                """
        );
        File.WriteAllText(
            _folder.File("prometheus.yml"),
            $"global:\n  scrape_interval: 1s\nscrape_configs:\n{string.Join('\n', jobs)}\n"
        );
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}") };
        _process = ServerProcess.Start(
            ServerProcess.Find("prometheus"),
            [
                $"--config.file={_folder.File("prometheus.yml")}",
                $"--storage.tsdb.path={_folder.File("data")}",
                $"--web.listen-address={_client.BaseAddress.Authority}",
            ]
        );
    }

    /// <summary>Waits until the first value of a query is as expected.</summary>
    public Task WaitForAsync(string query, Func<double, bool> isExpected) =>
        Eventually.TrueAsync(async () => await QueryAsync(query) is { } value && isExpected(value), query);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<double?> QueryAsync(string query)
    {
        try
        {
            var answer = await _client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
            var result = JsonElement.Parse(answer).GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0
                ? null
                : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return null; // It does not listen yet.
        }
    }
}
