using System.Text.Json;
using Notify.FakeGateways.Apns;

namespace Notify.FakeGateways.Tests;

/// <summary>Tests the fake APNs with the npm package <c>@parse/node-apn</c>.</summary>
public sealed class ApnsGatewayTests
{
    private static readonly DateTimeOffset DeadSince = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    [Fact]
    public async Task A_third_party_client_gets_the_documented_answers()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        var (alive, dead, foreign) = (Device('a'), Device('b'), Device('c'));
        gateway.Unregister(dead, DeadSince);
        gateway.Bind(foreign, "com.example.other");

        var answers = await SendAsync(
            gateway,
            gateway.KeyPem,
            new
            {
                deviceToken = alive,
                topic = ApnsGateway.BundleId,
                body = "content",
            },
            new
            {
                deviceToken = "abcd",
                topic = ApnsGateway.BundleId,
                body = "content",
            },
            new
            {
                deviceToken = dead,
                topic = ApnsGateway.BundleId,
                body = "content",
            },
            new
            {
                deviceToken = alive,
                topic = "com.example.unknown",
                body = "content",
            },
            new
            {
                deviceToken = foreign,
                topic = ApnsGateway.BundleId,
                body = "content",
            },
            new
            {
                deviceToken = alive,
                topic = ApnsGateway.BundleId,
                body = new string('x', 4096),
            }
        );

        Assert.Equal(
            [
                new(200),
                new(400, "BadDeviceToken"),
                new(410, "Unregistered", DeadSince.ToUnixTimeMilliseconds()),
                new(400, "TopicDisallowed"),
                new(400, "DeviceTokenNotForTopic"),
                new(413, "PayloadTooLarge"),
            ],
            answers
        );
        var message = Assert.Single(gateway.Messages);
        var body = message.Payload.GetProperty("aps").GetProperty("alert").GetProperty("body").GetString();
        Assert.Equal((alive, "content"), (message.DeviceToken, body));
        Assert.Single(gateway.ProviderTokens);
    }

    [Fact]
    public async Task A_client_with_another_key_is_refused()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var other = await ApnsGateway.StartAsync();

        var answers = await SendAsync(
            gateway,
            other.KeyPem,
            new
            {
                deviceToken = Device('a'),
                topic = ApnsGateway.BundleId,
                body = "content",
            }
        );

        Assert.Equal([new(403, "InvalidProviderToken")], answers);
    }

    private static string Device(char digit) => new(digit, 64);

    private static async Task<Answer[]> SendAsync(ApnsGateway gateway, string key, params object[] cases)
    {
        var order = JsonSerializer.Serialize(
            new
            {
                token = new
                {
                    key,
                    keyId = ApnsGateway.KeyId,
                    teamId = ApnsGateway.TeamId,
                },
                ca = gateway.Authority.RootPem,
                address = gateway.Address.Host,
                port = gateway.Address.Port,
                cases,
            }
        );
        return JsonSerializer.Deserialize<Answer[]>(await NodeClient.RunAsync("apns.mjs", [order]), JsonSerializerOptions.Web)!;
    }

    private sealed record Answer(int Status, string? Reason = null, long? Timestamp = null);
}
