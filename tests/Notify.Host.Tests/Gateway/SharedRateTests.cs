using System.Diagnostics;
using System.Globalization;
using System.Net;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Host.Tests.Gateway;

/// <summary>Tests that gateways share the limit of a key.</summary>
public sealed class SharedRateTests(PostgreSqlServer postgres)
{
    private const string Key = "a-key-of-the-limit";
    private const double PerSecond = 5;

    [Fact]
    public async Task Two_gateways_allow_a_key_as_many_calls_as_one()
    {
        using var folder = new TemporaryFolder();
        await using var redis = await RedisProcess.StartAsync();
        var environment = new Dictionary<string, string>
        {
            ["Notify__Roles"] = "gateway",
            ["Notify__ApiKey"] = Key,
            ["Notify__PostgreSql"] = await postgres.CreateDatabaseAsync(),
            ["Notify__Redis"] = redis.Address,
            ["Notify__MaxCallsPerSecondPerKey"] = PerSecond.ToString(CultureInfo.InvariantCulture),
        };
        var (first, here) = await StartAsync(folder, environment);
        await using var one = first;
        var (second, there) = await StartAsync(folder, environment);
        await using var two = second;
        // The first call of each opens its connections.
        foreach (var client in new[] { here, there })
        {
            using var answer = await client.GetAsync("/v1/topics");
            Assert.Equal("\"key\";q=5;w=1", answer.Headers.GetValues("RateLimit-Policy").Single());
        }

        var started = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? here : there).GetAsync("/v1/topics")));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // A second's worth may have been saved up before. Two limits would have allowed twice as many. A fast machine makes all
        // calls before the next one is allowed.
        var allowed = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.InRange(allowed, 0, (int)(PerSecond * (seconds + 1)) + 2);
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.OK), answer =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        });
        foreach (var client in new[] { here, there })
            await Eventually.TrueAsync(
                async () => (await client.GetAsync("/v1/topics")).StatusCode == HttpStatusCode.OK,
                "a call that is allowed"
            );
    }

    private static async Task<(ServerProcess Process, HttpClient Client)> StartAsync(
        TemporaryFolder folder,
        Dictionary<string, string> environment
    )
    {
        var (process, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            environment,
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        return (process, client);
    }
}
