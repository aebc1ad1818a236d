using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of the clients by which guessed keys are counted, and of the time for which they count.</summary>
public sealed class GuessedKeysTests
{
    private const string Key = "correct horse battery staple";

    /// <summary>The failures within a minute from which on a client is refused.</summary>
    private const int Max = 20;

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_client_is_refused_until_a_minute_after_its_first_failure_and_may_fail_again_then()
    {
        await using var app = await StartAsync();
        for (var minute = 0; minute < 2; minute++)
        {
            await GuessAsync(app, Max - 1);
            Assert.Equal(HttpStatusCode.OK, await AskAsync(app, Key));
            _time.Advance(TimeSpan.FromSeconds(58));
            await GuessAsync(app, 1);
            Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(app, Key));

            _time.Advance(TimeSpan.FromSeconds(2));

            Assert.Equal(HttpStatusCode.OK, await AskAsync(app, Key));
        }
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public async Task A_client_is_an_IPv4_address_or_a_network_of_IPv6(string guesser, string other, bool isSame)
    {
        await using var app = await StartAsync();

        await GuessAsync(app, Max, guesser);

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(app, Key, guesser));
        Assert.Equal(isSame ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, await AskAsync(app, Key, other));
    }

    private static async Task GuessAsync(ApiApplication app, int times, string? client = null)
    {
        for (var i = 0; i < times; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, $"wrong-key-number-{i}", client));
    }

    private static async Task<HttpStatusCode> AskAsync(ApiApplication app, string key, string? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users")
        {
            Headers = { Authorization = new("Bearer", key) },
        };
        if (client is not null)
            request.Headers.Add("Test-Client", client);
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private Task<ApiApplication> StartAsync() =>
        ApiApplication.StartAsync(
            options => options.ApiKeys.Add(Key),
            services => services.AddSingleton<TimeProvider>(_time),
            application: app =>
                app.Use(
                    (context, next) =>
                    {
                        if (context.Request.Headers.TryGetValue("Test-Client", out var client))
                            context.Connection.RemoteIpAddress = IPAddress.Parse(client.ToString());
                        return next(context);
                    }
                )
        );
}
