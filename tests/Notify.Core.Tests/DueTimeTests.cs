using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>When a delivery that was tried before may be sent again.</summary>
public sealed class DueTimeTests
{
    /// <summary>Half past nine in the evening of Ada, whose quiet hours begin at ten and end at seven.</summary>
    private static readonly DateTimeOffset Evening = DateTimeOffset.Parse("2026-01-05T21:30Z");
    private static readonly DateTimeOffset Morning = DateTimeOffset.Parse("2026-01-06T07:00Z");

    private readonly ManualTime _time = new(Evening);
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Retry("busy", TimeSpan.FromHours(1)));
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Retry("busy", TimeSpan.FromHours(1)));

    [Fact]
    public async Task A_retry_that_falls_into_quiet_hours_moves_to_their_end()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada());

        Assert.Equal(Morning, (await TryOnceAsync(application, ToAda())).DueAt);
    }

    [Fact]
    public async Task A_retry_outside_quiet_hours_comes_when_it_is_due()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada() with { QuietHours = new(new(23, 0), new(7, 0)) });

        Assert.Equal(Evening.AddHours(1), (await TryOnceAsync(application, ToAda())).DueAt);
    }

    [Fact]
    public async Task High_priority_and_mandatory_categories_are_retried_in_quiet_hours()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada());

        Assert.All(
            [
                await TryOnceAsync(application, ToAda() with { Priority = Priority.High }),
                await TryOnceAsync(application, ToAda() with { Category = "security" }),
            ],
            waiting => Assert.Equal(Evening.AddHours(1), waiting.DueAt)
        );
    }

    [Fact]
    public async Task A_retry_that_quiet_hours_move_past_the_expiry_ends_at_once()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada());

        var id = await application.SendAsync(ToAda() with { ExpiresAt = Morning });

        Assert.Equal("expires before the next attempt: busy", (await application.EndedDeliveryAsync(id)).Reason);
    }

    [Fact]
    public async Task A_retry_goes_by_the_quiet_hours_that_the_user_has_by_then()
    {
        var answer = new TaskCompletionSource<Outcome>();
        var mail = new ScriptedProvider("mail", Channel.Email, (_, _) => new ValueTask<Outcome>(answer.Task));
        await using var application = await StartAsync(mail);
        await application.Directory.SaveUserAsync(Ada());
        var id = await application.SendAsync(ToAda());
        await Eventually.TrueAsync(() => mail.Sent.Count == 1, "the attempt");

        await application.Directory.SaveUserAsync(Ada() with { QuietHours = new(new(22, 0), new(6, 0)) });
        answer.SetResult(Outcome.Retry("busy", TimeSpan.FromHours(1)));

        Assert.Equal(Morning.AddHours(-1), (await application.AttemptedAsync(id, 1)).DueAt);
    }

    [Fact]
    public async Task Quiet_hours_of_a_push_are_on_the_devices_clock()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada());
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Ios,
                Token = "t",
                TimeZone = "Europe/London",
            }
        );
        await application.Directory.SaveUserAsync(Ada() with { TimeZone = "Asia/Tokyo" });

        Assert.Equal(Morning, (await TryOnceAsync(application, ToAda() with { Channels = [Channel.Push] })).DueAt);
    }

    [Fact]
    public async Task A_direct_address_has_no_quiet_hours()
    {
        await using var application = await StartAsync();

        var waiting = await TryOnceAsync(application, TestApplication.Say(Recipient.Email("ada@example.org")));

        Assert.Equal(Evening.AddHours(1), waiting.DueAt);
    }

    [Theory]
    [InlineData("security", 1)]
    [InlineData("news", 0)]
    [InlineData(null, 0)]
    public async Task Preferences_do_not_apply_to_a_mandatory_category(string? category, int deliveries)
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada(), Choice.OptOut(null, null));

        Assert.Equal(
            deliveries,
            (await application.DeliveriesAsync(await application.SendAsync(ToAda() with { Category = category }))).Count(one =>
                one.State != DeliveryState.Cancelled
            )
        );
    }

    [Theory]
    [InlineData("security")]
    [InlineData("news")]
    public async Task Quiet_hours_do_not_apply_to_a_mandatory_category(string category)
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(Ada());

        var id = await application.SendAsync(ToAda() with { Category = category, SendAt = Evening.AddHours(2) });

        Assert.Equal(
            category == "security" ? Evening.AddHours(2) : Morning,
            (await application.DeliveryAsync(id)).Delivery.DueAt
        );
    }

    private static User Ada() =>
        new()
        {
            Id = "ada",
            QuietHours = new(new(22, 0), new(7, 0)),
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };

    private static Trigger ToAda() => TestApplication.Say(Recipient.User("ada")) with { Channels = [Channel.Email] };

    private static async Task<DeliveryRecord> TryOnceAsync(TestApplication application, Trigger trigger) =>
        await application.AttemptedAsync(await application.SendAsync(trigger), 1);

    private Task<TestApplication> StartAsync(ScriptedProvider? mail = null) =>
        TestApplication.StartAsync(
            _time,
            builder => builder.Services.Configure<NotificationsOptions>(options => options.MandatoryCategories.Add("security")),
            mail ?? _mail,
            _push
        );
}
