using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Notify.Hosting.Tests;

public sealed class CallRateTests
{
    private const string First = "the-first-key-of-the-tests";
    private const string Second = "the-second-key-of-the-tests";

    [Fact]
    public async Task A_key_beyond_its_limit_is_told_when_to_come_back_and_others_are_not_affected()
    {
        await using var app = await ApiApplication.StartAsync(options =>
        {
            options.ApiKeys.Add(First);
            options.ApiKeys.Add(Second);
            options.MaxCallsPerSecondPerKey = 0.01;
        });

        using var allowed = await GetAsync(app, First);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("\"key\";q=1;w=100", allowed.Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal("\"key\";r=0;t=100", allowed.Headers.GetValues("RateLimit").Single());
        using var refused = await GetAsync(app, First);
        Assert.Equal("too_many_calls", (await refused.ProblemAsync(HttpStatusCode.TooManyRequests)).Text("code"));
        Assert.Equal("\"key\";q=1;w=100", refused.Headers.GetValues("RateLimit-Policy").Single());
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 100);
        Assert.True(refused.Headers.CacheControl?.NoStore);

        using var other = await GetAsync(app, Second);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var ready = await GetAsync(app, First, "/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.False(ready.Headers.Contains("RateLimit"));
    }

    [Fact]
    public async Task Calls_without_a_valid_key_do_not_use_up_the_limit_of_anyone()
    {
        await using var app = await ApiApplication.StartAsync(options =>
        {
            options.ApiKeys.Add(First);
            options.MaxCallsPerSecondPerKey = 0.01;
        });

        for (var i = 0; i < 3; i++)
        {
            using var unknown = await GetAsync(app, "a-key-that-nobody-has");
            Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
            Assert.False(unknown.Headers.Contains("RateLimit"));
        }

        using var allowed = await GetAsync(app, First);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task The_rest_counts_down_and_grows_again()
    {
        await using var app = await ApiApplication.StartAsync(options =>
        {
            options.ApiKeys.Add(First);
            options.MaxCallsPerSecondPerKey = 50;
        });

        var left = new List<int>();
        while (left.Count < 1_000)
        {
            using var answer = await GetAsync(app, First);
            var rest = answer.Headers.GetValues("RateLimit").Single().Split(';')[1];
            left.Add(int.Parse(rest["r=".Length..], CultureInfo.InvariantCulture));
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                break;
        }

        // One may have come back before the answer was written.
        Assert.InRange(left[0], 49, 50);
        Assert.True(left.Min() < 49, "The rest did not count down.");
        Assert.True(left.Count >= 50, $"Only {left.Count} calls were allowed.");
        await Notify.TestSupport.Eventually.TrueAsync(
            async () =>
            {
                using var answer = await GetAsync(app, First);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the limit to grow again"
        );
    }

    private static async Task<HttpResponseMessage> GetAsync(ApiApplication app, string key, string path = "/v1/topics")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        };
        return await app.Client.SendAsync(request);
    }
}
