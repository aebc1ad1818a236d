using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>The users of every tenant with their devices and their topic, as they change during a run.</summary>
internal sealed class Audience
{
    public const string Topic = "news";
    public const string Template = "summary";

    /// <summary>The user whose digests collect the most, so that they have several events when they are closed.</summary>
    public const string Busiest = "u0";

    public static readonly string[] Tenants = ["ann", "bob", "cat"];

    private static readonly string?[] Categories = [null, null, Callers.Throttled];
    private static readonly Channel?[] Channels = [null, Channel.Email, Channel.Push];

    private readonly Random _random;
    private readonly World _world;
    private readonly IUserStore _users;
    private readonly ITopicStore _topics;
    private readonly Installations _installations;
    private int _changes;

    public Audience(Random random, World world)
    {
        (_random, _world) = (random, world);
        _users = world.Store.GetRequiredService<IUserStore>();
        _topics = world.Store.GetRequiredService<ITopicStore>();
        _installations = new Installations(random, world);
        Size = random.Next(3, 10);
        foreach (var tenant in Tenants)
        {
            SaveTemplate(tenant);
            foreach (var user in Enumerable.Range(0, Size).Select(GetName))
                Create(tenant, user, $"{tenant}-{user}");
        }
    }

    /// <summary>The number of users per tenant; all of them subscribe at first.</summary>
    public int Size { get; }

    public Installations Installations => _installations;

    private RecipientRecord Record => _world.Recipients;

    public string AnyUser() => GetName(_random.Next(Size));

    /// <summary>Changes a user: most often one who has a delivery that waits, or one whom a caller just triggers for.</summary>
    public void Change()
    {
        var (tenant, user) = ChooseUser();
        Change(tenant, user);
    }

    private void Change(string tenant, string user)
    {
        if (Record.FindPerson(tenant, user) is not { } person)
            Create(tenant, user, $"{tenant}-{user}-{++_changes}");
        else
            Change(tenant, user, person);
    }

    /// <summary>Changes the user of a delivery.</summary>
    public void Change(Delivery delivery) => Change(delivery.Tenant, delivery.UserId!);

    /// <summary>Records that a user was removed from the store.</summary>
    public void Removed(string tenant, string user)
    {
        Note(tenant, user, "is deleted");
        Record.SetPerson(tenant, user, null);
        Record.SetSubscribed(tenant, user, isSubscribed: false);
        _installations.Forget(tenant, user);
        _world.Ledger.Nights.Forget(tenant, user);
        _world.Ledger.UserRemoved(tenant, user);
    }

    /// <summary>Saves a new version of the template, while digests collect events that were accepted with an older one.</summary>
    public void SaveTemplate(string tenant)
    {
        const string body = "{% for e in events %}{{e.number}} {% endfor %}";
        var template = new Template
        {
            Tenant = tenant,
            Name = Template,
            Variants = [new TemplateVariant { Title = "Summary", Body = _random.Next(2) == 0 ? body : "{{count}}: " + body }],
        };
        _world.Store.GetRequiredService<ITemplateStore>().SaveAsync(template, 100, CancellationToken.None);
    }

    private (string Tenant, string User) ChooseUser()
    {
        (string, string)? concerned = _random.Next(4) switch
        {
            0 or 1 => _world.Ledger.FindWaiting(_random) is { Delivery: var delivery }
                ? (delivery.Tenant, delivery.UserId!)
                : null,
            2 => _world.Callers.FindUser(_random),
            _ => null,
        };
        return concerned ?? (Tenants[_random.Next(Tenants.Length)], AnyUser());
    }

    private static string GetName(int number) => $"u{number}";

    private void Change(string tenant, string user, Person person)
    {
        switch (_random.Next(9))
        {
            case 0:
                Delete(tenant, user);
                break;
            case 1 or 2 or 3:
                Choose(tenant, user, person);
                break;
            case 4:
                GiveAddress(tenant, user, person);
                break;
            case 5:
                Subscribe(tenant, user, _random.Next(2) == 0);
                break;
            case 6:
                _installations.RefreshToken(tenant, user);
                break;
            default:
                _installations.Move(tenant, user, AnyUser());
                break;
        }
    }

    private void Create(string tenant, string user, string token)
    {
        Note(tenant, user, "is created");
        var person = new Person($"{user}@example.org");
        var created = new User
        {
            Tenant = tenant,
            Id = user,
            Addresses = new Dictionary<string, string> { ["email"] = person.Email },
        };
        _users.SaveAsync([created], CancellationToken.None);
        Record.SetPerson(tenant, user, person);
        Subscribe(tenant, user, isSubscribed: true);
        _installations.Install(tenant, user, token);
    }

    // A process removes it by calls that may fail. Then the user may stay, or its erasure may be left to do.
    private void Delete(string tenant, string user)
    {
        if (_world.AnyProcess() is { } process)
            _ = process.Directory.RemoveUserAsync(tenant, user);
    }

    private void Choose(string tenant, string user, Person person)
    {
        var preference = new Preference
        {
            Category = Categories[_random.Next(Categories.Length)],
            Channel = Channels[_random.Next(Channels.Length)],
            Status = _random.Next(3) == 0 ? PreferenceStatus.OptedIn : PreferenceStatus.OptedOut,
        };
        Note(tenant, user, $"{preference.Status} of {preference.Category} {preference.Channel}");
        Update(tenant, user, known => known.With(preference));
        Preference[] others =
        [
            .. person.Preferences.Where(other => (other.Category, other.Channel) != (preference.Category, preference.Channel)),
        ];
        Record.SetPerson(tenant, user, person with { Preferences = [.. others, preference] });
    }

    private void GiveAddress(string tenant, string user, Person person)
    {
        Note(tenant, user, "has another address");
        var address = $"{user}.{++_changes}@example.org";
        Update(tenant, user, stored =>
            stored.WithUser(known => known with { Addresses = new Dictionary<string, string> { ["email"] = address } })
        );
        Record.SetPerson(tenant, user, person with { Email = address });
    }

    private void Subscribe(string tenant, string user, bool isSubscribed)
    {
        Note(tenant, user, isSubscribed ? "subscribes" : "unsubscribes");
        if (isSubscribed)
            _topics.SubscribeAsync(tenant, Topic, [user], CancellationToken.None);
        else
            _topics.UnsubscribeAsync(tenant, Topic, [user], CancellationToken.None);
        Record.SetSubscribed(tenant, user, isSubscribed);
    }

    private void Update(string tenant, string user, Func<UserRecord, UserRecord?> change) =>
        _world.Ledger.Require(
            _users.UpdateAsync(tenant, user, change, CancellationToken.None).Result,
            "a user who exists can be changed"
        );

    private void Note(string tenant, string user, string what) => _world.Trace.Add($"{tenant} {user} {what}", 0);
}
