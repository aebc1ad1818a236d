using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>
/// The quiet hours of users, as times of the world. They last minutes, so that a run contains them.
/// </summary>
internal sealed class Nights
{
    /// <summary>The category to which quiet hours and preferences do not apply.</summary>
    public const string Mandatory = "security";

    /// <summary>
    /// A delivery that is sent within a second of its planning is not checked again, and quiet hours may begin meanwhile.
    /// </summary>
    private static readonly TimeSpan Unchecked = TimeSpan.FromSeconds(1);

    private static readonly string[] Zones = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"];

    private readonly Random _random;
    private readonly World _world;
    private readonly IUserStore _users;
    private readonly Dictionary<(string Tenant, string User), Night> _nights = [];

    public Nights(Random random, World world)
    {
        (_random, _world) = (random, world);
        _users = world.Store.GetRequiredService<IUserStore>();
        if (random.Next(3) == 0)
            return;

        for (var i = 0; i < world.Audience.Size * Audience.Tenants.Length; i++)
            Change();
    }

    /// <summary>Gives a user other quiet hours and another time zone.</summary>
    public void Change()
    {
        var tenant = Audience.Tenants[_random.Next(Audience.Tenants.Length)];
        var user = _world.Audience.AnyUser();
        var from = _world.Clock.Now + TimeSpan.FromSeconds(_random.Next(-120, 600));
        var to = from + TimeSpan.FromSeconds(_random.Next(30, 300));
        var zone = Zones[_random.Next(Zones.Length)];
        var quiet = new QuietHours(GetTime(from, zone), GetTime(to, zone));
        if (
            _users
                .UpdateAsync(
                    tenant,
                    user,
                    stored => stored.WithUser(known => known with { QuietHours = quiet, TimeZone = zone }),
                    CancellationToken.None
                )
                .Result
        )
            _nights[(tenant, user)] = new Night(from, to, _world.Clock.Now);
    }

    /// <summary>Removes the quiet hours of a user who is deleted.</summary>
    public void Forget(string tenant, string user) => _nights.Remove((tenant, user));

    /// <summary>
    /// Determines whether a delivery must not be sent at a time. Quiet hours that changed within the last lease may have been
    /// read before they changed.
    /// </summary>
    public bool ForbidAttempt(Delivery delivery, DateTimeOffset at) =>
        Find(delivery) is { } night
        && night.From + Unchecked <= at
        && at < night.To
        && night.Since + _world.Conditions.LeaseDuration < at;

    private Night? Find(Delivery delivery) =>
        delivery.UserId is { } user && delivery.Priority != Priority.High && delivery.Category != Mandatory
            ? _nights.GetValueOrDefault((delivery.Tenant, user))
            : null;

    private static TimeOnly GetTime(DateTimeOffset instant, string zone) =>
        TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, TimeZoneInfo.FindSystemTimeZoneById(zone)).DateTime);

    private sealed record Night(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Since);
}
