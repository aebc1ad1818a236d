using Microsoft.Extensions.DependencyInjection;
using Notify.Planning;
using Notify.Recipients;

namespace Notify.Simulation.Tests;

/// <summary>Users, their devices and their topic, in every tenant.</summary>
internal sealed class Audience
{
    public const string Topic = "news";
    public const string Template = "summary";

    /// <summary>The user whose digests collect the most, so that they have several events when they are closed.</summary>
    public const string Busiest = "u0";

    public static readonly string[] Tenants = ["ann", "bob", "cat"];

    private readonly Random _random;
    private readonly World _world;
    private readonly IDeviceStore _devices;
    private readonly Dictionary<string, Device> _byToken = [];
    private readonly HashSet<string> _pruned = [];
    private int _installations;

    public Audience(Random random, World world)
    {
        (_random, _world) = (random, world);
        _devices = world.Store.GetRequiredService<IDeviceStore>();
        Size = random.Next(3, 10);
        foreach (var tenant in Tenants)
        {
            string[] users = [.. Enumerable.Range(0, Size).Select(UserOf)];
            world.Store.GetRequiredService<ITopicStore>().SubscribeAsync(tenant, Topic, users, CancellationToken.None);
            world
                .Store.GetRequiredService<IUserStore>()
                .SaveAsync(
                    [
                        .. users.Select(user => new User
                        {
                            Tenant = tenant,
                            Id = user,
                            Addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org" },
                        }),
                    ],
                    CancellationToken.None
                );
            SaveTemplate(tenant);
            foreach (var user in users)
                Register(tenant, user, $"{tenant}-{user}");
        }
    }

    /// <summary>Users per tenant, all of them subscribers.</summary>
    public int Size { get; }

    public string AnyUser() => UserOf(_random.Next(Size));

    /// <summary>An app is installed anew on a device: sometimes with a new token, sometimes with the old one.</summary>
    public void Reinstall()
    {
        var device = _byToken.Values.ElementAt(_random.Next(_byToken.Count));
        if (_random.Next(2) == 0)
            Register(device.Tenant, device.UserId, $"{device.Token}'");
        else
            Register(device.Tenant, device.UserId, device.Token);
    }

    /// <summary>The same token comes back, perhaps while it is being pruned.</summary>
    public void Return(string token)
    {
        _world.Vendor.Returning = null;
        Register(_byToken[token].Tenant, _byToken[token].UserId, token);
    }

    public void Pruned(string tenant, string token, DateTimeOffset knownDeadAt, bool pruned)
    {
        if (!pruned)
            return;

        _world.Ledger.Require(_world.Vendor.SaidDead(token) is not null, "only what the vendor called dead is pruned");
        _world.Ledger.Require(
            _byToken[token].Tenant == tenant && _byToken[token].RegisteredAt <= knownDeadAt,
            "what was registered since is not pruned"
        );
        _world.Ledger.Require(_pruned.Add(token), "a dead token is pruned once");
    }

    /// <summary>Where nothing failed, no token is left that the vendor called dead.</summary>
    public void CheckAtRest()
    {
        foreach (var (token, device) in _byToken)
        {
            if (_world.Conditions.IsCalm && _world.Vendor.SaidDead(token) is { } at && at > device.RegisteredAt)
                _world.Ledger.Require(_pruned.Contains(token), "a dead token is pruned");
        }
    }

    /// <summary>A new version of the template, while digests collect events that were accepted with an older one.</summary>
    public void SaveTemplate(string tenant)
    {
        const string body = "{% for e in events %}{{e.number}} {% endfor %}";
        var template = new Template
        {
            Tenant = tenant,
            Name = Template,
            Variants = [new TemplateVariant(null, null, "Summary", _random.Next(2) == 0 ? body : "{{count}}: " + body)],
        };
        _world.Store.GetRequiredService<ITemplateStore>().SaveAsync(template, 100, CancellationToken.None);
    }

    private static string UserOf(int number) => $"u{number}";

    private void Register(string tenant, string user, string token)
    {
        var device = new Device
        {
            Tenant = tenant,
            Id = $"installation-{++_installations}",
            UserId = user,
            Token = token,
            Platform = Platform.Android,
            RegisteredAt = _world.Clock.Now,
            LastSeenAt = _world.Clock.Now,
        };
        _devices.RegisterAsync(device, CancellationToken.None);
        _byToken[token] = device;
        _pruned.Remove(token);
        _world.Vendor.Revive(token);
    }
}
