using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>The apps that are installed on users' devices, and the push tokens that they have.</summary>
internal sealed class Installations(Random random, World world)
{
    private readonly IDeviceStore _devices = world.Store.GetRequiredService<IDeviceStore>();
    private readonly Dictionary<string, Device> _byToken = [];
    private readonly HashSet<string> _pruned = [];
    private int _count;

    /// <summary>Installs an app, which registers a token.</summary>
    public void Install(string tenant, string user, string token) => Register(tenant, user, $"installation-{++_count}", token);

    /// <summary>Installs an app again on a device, sometimes with a new token and sometimes with the old one.</summary>
    public void Reinstall()
    {
        if (_byToken.Count == 0)
            return;

        var device = _byToken.Values.ElementAt(random.Next(_byToken.Count));
        Install(device.Tenant, device.UserId, random.Next(2) == 0 ? $"{device.Token}'" : device.Token);
    }

    /// <summary>Registers a dead token again, perhaps while it is being pruned.</summary>
    public void Return(string token)
    {
        world.Vendor.Returning = null;
        if (_byToken.TryGetValue(token, out var device))
            Install(device.Tenant, device.UserId, token);
    }

    /// <summary>Gives one of a user's apps another token in place of its old one.</summary>
    public void RefreshToken(string tenant, string user)
    {
        if (FindDevice(tenant, user) is not { } device)
            return;

        _byToken.Remove(device.Token);
        Register(tenant, user, device.Id, $"{device.Token}'");
        world.Recipients.SetOwner(tenant, device.Token, null);
    }

    /// <summary>Signs another user in on a user's device, so that the app registers the same token for that user.</summary>
    public void Move(string tenant, string from, string to)
    {
        if (FindDevice(tenant, from) is { } device && world.Recipients.FindPerson(tenant, to) is not null)
            Install(tenant, to, device.Token);
    }

    /// <summary>Removes the devices of a user who is deleted.</summary>
    public void Forget(string tenant, string user)
    {
        foreach (var device in _byToken.Values.Where(device => device.Tenant == tenant && device.UserId == user).ToArray())
        {
            _byToken.Remove(device.Token);
            world.Recipients.SetOwner(tenant, device.Token, null);
        }
    }

    public void Pruned(string tenant, string token, DateTimeOffset knownDeadAt, bool pruned)
    {
        if (!pruned)
            return;

        world.Ledger.Require(world.Vendor.FindDeadSince(token) is not null, "only what the vendor called dead is pruned");
        world.Ledger.Require(
            _byToken.TryGetValue(token, out var device) && device.Tenant == tenant && device.RegisteredAt <= knownDeadAt,
            "what was registered since is not pruned"
        );
        world.Ledger.Require(_pruned.Add(token), "a dead token is pruned once");
        world.Recipients.SetOwner(tenant, token, null);
    }

    /// <summary>Checks that every dead token was pruned, if nothing failed.</summary>
    public void CheckAtRest()
    {
        foreach (var (token, device) in _byToken)
        {
            if (world.Conditions.IsCalm && world.Vendor.FindDeadSince(token) is { } at && at > device.RegisteredAt)
                world.Ledger.Require(_pruned.Contains(token), "a dead token is pruned");
        }
    }

    private Device? FindDevice(string tenant, string user) =>
        _byToken.Values.FirstOrDefault(device => device.Tenant == tenant && device.UserId == user);

    private void Register(string tenant, string user, string id, string token)
    {
        world.Trace.Add($"{tenant} {user} registers {id}", 0);
        var device = new Device
        {
            Tenant = tenant,
            Id = id,
            UserId = user,
            Token = token,
            Platform = Platform.Android,
            RegisteredAt = world.Clock.Now,
            LastSeenAt = world.Clock.Now,
        };
        _devices.RegisterAsync(device, CancellationToken.None);
        _byToken[token] = device;
        _pruned.Remove(token);
        world.Recipients.SetOwner(tenant, token, user);
        world.Vendor.Revive(token);
    }
}
