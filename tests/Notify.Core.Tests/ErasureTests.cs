using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Removing a user erases what is stored about the user, however often the worker is interrupted.</summary>
public sealed class ErasureTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Fact]
    public async Task An_erasure_that_fails_in_the_middle_begins_anew_and_ends()
    {
        ErasureProbe? probe = null;
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.UseInMemory().Services.Decorate<IErasureStore>(store => probe = new ErasureProbe(store)),
            _mail
        );
        await application.Directory.SaveUserAsync(Ada());
        var id = await application.SendAsync(Recipient.User("ada"));
        await application.EndedDeliveryAsync(id);
        probe!.Failures = 3;

        Assert.Equal(ChangeStatus.Removed, await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada"));

        // In short steps, because the erasure is complete 10 minutes after it was requested.
        await PassUntilAsync(
            async () => (await application.DeliveryAsync(id)).Delivery.To.Value == "",
            step: TimeSpan.FromSeconds(2)
        );
        Assert.Equal(0, probe.Failures);
        Assert.NotEmpty(await application.Get<IErasureStore>().ListAsync(10, CancellationToken.None));
        await PassUntilAsync(async () =>
            (await application.Get<IErasureStore>().ListAsync(10, CancellationToken.None)).Count == 0
        );
    }

    /// <summary>
    /// A pass takes 1,000 erasures. The next 1,000 do not wait for the minute after which the worker looks again.
    /// </summary>
    [Fact]
    public async Task More_erasures_than_a_pass_takes_follow_at_once()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        var erasures = application.Get<IErasureStore>();
        for (var i = 0; i < 1_001; i++)
            await erasures.RequestAsync(new Erasure(Trigger.DefaultTenant, $"u-{i}", _time.GetUtcNow()), CancellationToken.None);

        // The deliveries that were being planned meanwhile are stored by now.
        _time.Jump(TimeSpan.FromMinutes(11));
        _time.Advance(TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync(
            async () => (await erasures.ListAsync(10, CancellationToken.None)).Count == 0,
            "the erasures to end without another minute"
        );
    }

    [Fact]
    public async Task What_waits_for_a_removed_user_is_cancelled_and_erased()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        await application.Directory.SaveUserAsync(Ada());
        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                SendAt = _time.GetUtcNow().AddDays(1),
            }
        );

        await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada");

        await PassUntilAsync(async () => (await application.DeliveryAsync(id)).Delivery.To.Value == "");
        var delivery = await application.DeliveryAsync(id);
        Assert.Equal((DeliveryState.Cancelled, Erasure.Reason), (delivery.State, delivery.Reason));
        Assert.Empty(_mail.Sent);
    }

    [Fact]
    public async Task A_new_user_with_the_id_of_a_removed_one_keeps_what_is_sent_to_it()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        await application.Directory.SaveUserAsync(Ada());
        await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada");
        _time.Advance(TimeSpan.FromSeconds(1));
        await application.Directory.SaveUserAsync(Ada());
        var id = await application.SendAsync(Recipient.User("ada"));
        await application.EndedDeliveryAsync(id);

        await PassUntilAsync(async () =>
            (await application.Get<IErasureStore>().ListAsync(10, CancellationToken.None)).Count == 0
        );

        Assert.Equal("ada@example.org", (await application.DeliveryAsync(id)).Delivery.To.Value);
    }

    [Fact]
    public async Task What_is_accepted_while_the_user_is_being_removed_is_erased()
    {
        ErasureProbe? probe = null;
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.UseInMemory().Services.Decorate<IErasureStore>(store => probe = new ErasureProbe(store)),
            _mail
        );
        await application.Directory.SaveUserAsync(Ada());
        var id = Guid.Empty;
        probe!.Requested = async () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            id = await application.SendAsync(Recipient.User("ada"));
        };

        await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada");
        await PassUntilAsync(async () =>
            (await application.Get<IErasureStore>().ListAsync(10, CancellationToken.None)).Count == 0
        );

        Assert.Equal("", (await application.DeliveryAsync(id)).Delivery.To.Value);
    }

    /// <summary>A conditional removal takes several steps, between which another caller may save the user again.</summary>
    [Fact]
    public async Task A_user_who_is_saved_again_during_a_conditional_removal_stays()
    {
        ErasureProbe? probe = null;
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.UseInMemory().Services.Decorate<IErasureStore>(store => probe = new ErasureProbe(store)),
            _mail
        );
        await application.Directory.SaveUserAsync(Ada() with { Locale = "sv" });
        probe!.Requested = () => application.Directory.SaveUserAsync(Ada());

        var removed = await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada", Precondition.Exists);

        Assert.Equal(ChangeStatus.Removed, removed);
        var user = (await application.Directory.FindUserAsync(Trigger.DefaultTenant, "ada"))?.Value;
        Assert.NotNull(user);
        Assert.Equal((null, "ada@example.org"), (user.Locale, user.Addresses["email"]));

        probe.Requested = null;
        Assert.Equal(
            ChangeStatus.Removed,
            await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "ada", Precondition.Exists)
        );
        Assert.Null(await application.Directory.FindUserAsync(Trigger.DefaultTenant, "ada"));
    }

    /// <summary>Devices, subscriptions and preferences can be saved before the profile of their user.</summary>
    [Fact]
    public async Task What_is_known_of_a_user_without_a_profile_is_removed_unless_the_user_must_exist()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);
        var directory = application.Directory;
        var phone = new Device
        {
            UserId = "device",
            Id = "phone",
            Platform = Platform.Android,
            Token = "token",
        };
        var optedOut = new PreferenceChange { Channel = Channel.Email, Status = PreferenceStatus.OptedOut };
        var traces = new Dictionary<string, Func<Task>>
        {
            ["device"] = () => directory.RegisterDeviceAsync(phone),
            ["topic"] = () => directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["topic"]),
            ["preference"] = () =>
                directory.ChangePreferencesAsync(Trigger.DefaultTenant, "preference", [optedOut], PreferenceSource.Api),
        };
        foreach (var save in traces.Values)
            await save();

        foreach (var id in traces.Keys)
            Assert.Equal(ChangeStatus.NotFound, await RemoveAsync(id, Precondition.Exists));
        Assert.Equal((1, 1, 1), await CountAsync());
        foreach (var id in traces.Keys)
        {
            Assert.Equal(ChangeStatus.Removed, await RemoveAsync(id, Precondition.None));
            Assert.Equal(ChangeStatus.NotFound, await RemoveAsync(id, Precondition.None));
        }

        Assert.Equal((0, 0, 0), await CountAsync());

        // What a user with a profile has goes with the profile.
        foreach (var (id, save) in traces)
        {
            await directory.SaveUserAsync(Ada() with { Id = id });
            await save();
            Assert.Equal(ChangeStatus.Removed, await RemoveAsync(id, Precondition.Exists));
        }

        Assert.Equal((0, 0, 0), await CountAsync());

        Task<ChangeStatus> RemoveAsync(string id, Precondition precondition) =>
            directory.RemoveUserAsync(Trigger.DefaultTenant, id, precondition);

        async Task<(int Devices, int Subscribers, int Preferences)> CountAsync() =>
            (
                (await directory.ListDevicesAsync(Trigger.DefaultTenant, "device")).Count,
                (await directory.ListSubscribersAsync(Trigger.DefaultTenant, "news", new PageRequest())).Items.Count,
                (await directory.FindPreferencesAsync(Trigger.DefaultTenant, "preference")).Value.Count
            );
    }

    [Fact]
    public async Task A_user_who_is_not_known_is_not_erased()
    {
        await using var application = await TestApplication.StartAsync(_time, _mail);

        Assert.Equal(ChangeStatus.NotFound, await application.Directory.RemoveUserAsync(Trigger.DefaultTenant, "nobody"));
        Assert.Empty(await application.Get<IErasureStore>().ListAsync(10, CancellationToken.None));
    }

    private static User Ada() =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };

    private Task PassUntilAsync(Func<Task<bool>> isSo, TimeSpan? step = null) =>
        Eventually.TrueAsync(
            async () =>
            {
                if (await isSo())
                    return true;
                _time.Advance(step ?? TimeSpan.FromSeconds(20));
                return false;
            },
            "the erasure"
        );

    private sealed class ErasureProbe(IErasureStore erasures) : IErasureStore
    {
        public int Failures { get; set; }

        public Func<Task>? Requested { get; set; }

        public async ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken)
        {
            await erasures.RequestAsync(erasure, cancellationToken);
            if (Requested is not null)
                await Requested();
        }

        public ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken) =>
            erasures.ListAsync(limit, cancellationToken);

        public ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
        {
            if (Failures == 0)
                return erasures.EraseDeliveriesAsync(batch, cancellationToken);
            Failures--;
            throw new InvalidOperationException("The store is away.");
        }

        public ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken) =>
            erasures.EraseEventsAsync(batch, cancellationToken);

        public ValueTask CompleteAsync(IReadOnlyList<Erasure> complete, CancellationToken cancellationToken) =>
            erasures.CompleteAsync(complete, cancellationToken);
    }
}
