using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways;
using Notify.FakeGateways.Apns;
using Notify.FakeGateways.Fcm;
using Notify.FakeGateways.Smtp;
using Notify.FakeGateways.Twilio;
using Notify.FakeGateways.WebPush;
using Notify.Providers.Smtp;

namespace Notify.Providers.Tests;

/// <summary>Every vendor at once, and an application's secrets with them.</summary>
internal sealed class Vendors : IAsyncDisposable
{
    private int _hookCalls;

    public required FcmGateway Fcm { get; init; }

    public required ApnsGateway Apns { get; init; }

    public required PushServiceGateway PushService { get; init; }

    public required TwilioGateway Twilio { get; init; }

    public required SmtpGateway Mail { get; init; }

    public GatewayServer Hook { get; private set; } = null!;

    public BrowserSubscription Browser { get; private set; } = null!;

    public string PhoneToken { get; } = FcmGateway.NewToken();

    public string TabletToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public string WebhookSecret { get; } = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public ECParameters VapidKey { get; } = NewVapidKey();

    public int HookCalls => Volatile.Read(ref _hookCalls);

    /// <summary>Gets or sets the status that every webhook endpoint answers.</summary>
    public int HookStatus { get; set; } = 200;

    /// <summary>
    /// Gets the values that must not appear in any output: keys, passwords, tokens, and values derived from them.
    /// </summary>
    public IEnumerable<string> Secrets =>
        [
            .. Lines(Fcm.Account.PrivateKey),
            .. Fcm.AccessTokens,
            .. Lines(Apns.KeyPem),
            .. Apns.ProviderTokens,
            Twilio.Account.AuthToken,
            "mail-password",
            WebhookSecret,
            Private(VapidKey),
            PhoneToken,
            TabletToken,
            Browser.Endpoint.AbsolutePath,
        ];

    public static async Task<Vendors> StartAsync()
    {
        var vendors = new Vendors
        {
            Fcm = await FcmGateway.StartAsync(),
            Apns = await ApnsGateway.StartAsync(),
            PushService = await PushServiceGateway.StartAsync(),
            Twilio = await TwilioGateway.StartAsync(),
            Mail = SmtpGateway.Start(new() { UserName = "shop", Password = "mail-password" }),
        };
        vendors.Hook = await GatewayServer.StartAsync(vendors.AnswerHookAsync, tls: false);
        vendors.Browser = vendors.PushService.Subscribe(Public(vendors.VapidKey));
        return vendors;
    }

    public void AddTo(IServiceCollection services, INotificationsBuilder notifications)
    {
        notifications
            .AddFcm(fcm => (fcm.BaseAddress, fcm.CredentialsJson) = (Fcm.Address, Fcm.Account.Json))
            .AddApns(apns =>
                (apns.BaseAddress, apns.BundleId, apns.KeyId, apns.TeamId, apns.Key) = (
                    Apns.Address,
                    ApnsGateway.BundleId,
                    ApnsGateway.KeyId,
                    ApnsGateway.TeamId,
                    Apns.KeyPem
                )
            )
            .AddWebPush(push =>
                (push.Subject, push.PublicKey, push.PrivateKey, push.AllowPrivateNetworks) = (
                    "mailto:ops@example.org",
                    Public(VapidKey),
                    Private(VapidKey),
                    true
                )
            )
            .AddTwilio(sms =>
                (sms.BaseAddress, sms.AccountSid, sms.AuthToken, sms.From) = (
                    Twilio.Address,
                    Twilio.Account.Sid,
                    Twilio.Account.AuthToken,
                    Twilio.Account.Number
                )
            )
            .AddSmtp(mail =>
                (mail.Host, mail.Port, mail.Security, mail.UserName, mail.Password, mail.From) = (
                    "127.0.0.1",
                    Mail.Port,
                    Smtp.SmtpSecurity.None,
                    "shop",
                    "mail-password",
                    "shop@example.org"
                )
            )
            .AddWebhook(hook => (hook.Secret, hook.AllowPrivateNetworks) = (WebhookSecret, true));
        Trust(services, "fcm", Fcm.Server.Authority!);
        Trust(services, "apns", Apns.Authority);
        Trust(services, "webpush", PushService.Authority);
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await Fcm.DisposeAsync();
        await Apns.DisposeAsync();
        await PushService.DisposeAsync();
        await Twilio.DisposeAsync();
        await Mail.DisposeAsync();
        await Hook.DisposeAsync();
    }

    private Task AnswerHookAsync(HttpContext context)
    {
        Interlocked.Increment(ref _hookCalls);
        context.Response.StatusCode = HookStatus;
        return Task.CompletedTask;
    }

    private static void Trust(IServiceCollection services, string provider, GatewayAuthority authority) =>
        services
            .AddHttpClient($"Notify.{provider}")
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) =>
                    ((SocketsHttpHandler)handler).SslOptions.CertificateChainPolicy = authority.Trust.CertificateChainPolicy
            );

    private static IEnumerable<string> Lines(string pem) =>
        pem.Split('\n').Where(line => line.Length > 20 && !line.StartsWith('-'));

    private static ECParameters NewVapidKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static string Private(ECParameters key) => System.Buffers.Text.Base64Url.EncodeToString(key.D);

    private static string Public(ECParameters key) => System.Buffers.Text.Base64Url.EncodeToString([4, .. key.Q.X!, .. key.Q.Y!]);
}
