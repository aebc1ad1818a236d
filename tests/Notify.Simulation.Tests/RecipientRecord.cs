using Notify.Providers;

namespace Notify.Simulation.Tests;

/// <summary>
/// The recipients as they were at every moment of the run, recorded beside the store. It tells what may be sent to them: what was
/// so before a delivery was leased must be respected, and what changes later may come too late.
/// </summary>
internal sealed class RecipientRecord(SimulatedClock clock, Trace trace)
{
    /// <summary>A delivery that is sent within a second of its planning is not checked again.</summary>
    private static readonly TimeSpan Unchecked = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Tenant, string User), History<Person?>> _people = [];
    private readonly Dictionary<(string Tenant, string User), History<bool>> _subscribed = [];
    private readonly Dictionary<(string Tenant, string Token), History<string?>> _owners = [];

    /// <summary>Records a user as it is from now on; null when it is deleted.</summary>
    public void SetPerson(string tenant, string user, Person? person) => Add(_people, (tenant, user), person);

    public void SetSubscribed(string tenant, string user, bool isSubscribed) => Add(_subscribed, (tenant, user), isSubscribed);

    /// <summary>Records whose token it is from now on; null when it is nobody's.</summary>
    public void SetOwner(string tenant, string token, string? user) => Add(_owners, (tenant, token), user);

    public Person? FindPerson(string tenant, string user) => _people[(tenant, user)].Current;

    public string? FindOwner(string tenant, string token) => _owners[(tenant, token)].Current;

    /// <summary>Determines whether a user did not exist at any time since a step.</summary>
    public bool WasMissing(string tenant, string user, long sinceStep) =>
        _people[(tenant, user)].InForceSince(new Moment(sinceStep, default)).Contains(null);

    /// <summary>Returns the users who have been subscribed without interruption since a step.</summary>
    public IEnumerable<string> ListSubscribers(string tenant, long sinceStep) =>
        _subscribed
            .Where(entry => entry.Key.Tenant == tenant)
            .Where(entry => entry.Value.InForceSince(new Moment(sinceStep, default)).All(subscribed => subscribed))
            .Select(entry => entry.Key.User);

    /// <summary>Determines whether a user has been subscribed without interruption since a step.</summary>
    public bool WasSubscribed(string tenant, string user, long sinceStep) =>
        _subscribed[(tenant, user)].InForceSince(new Moment(sinceStep, default)).All(subscribed => subscribed);

    /// <summary>Determines whether a user was subscribed at any time since a step.</summary>
    public bool MayBeSubscribed(string tenant, string user, long sinceStep) =>
        _subscribed[(tenant, user)].InForceSince(new Moment(sinceStep, default)).Contains(true);

    /// <summary>Returns the invariant that an attempt breaks; null for none.</summary>
    public string? FindViolation(Facts facts, Address to)
    {
        var delivery = facts.Delivery;
        if (delivery.UserId is null)
            return null;

        var since = GetBindingMoment(facts);
        var people = _people[(delivery.Tenant, delivery.UserId)].InForceSince(since).OfType<Person>().ToArray();
        if (people.Length == 0)
            return "nothing is sent to a user who was deleted";
        if (!Array.Exists(people, person => person.Wants(delivery)))
            return "nothing is sent that its user declines";
        if (delivery.Topic is not null && !ListSubscribed(delivery, since).Contains(true))
            return "nothing is sent to a user who unsubscribed";
        if (delivery.Channel == Channel.Email && !Array.Exists(people, person => person.Email == to.Value))
            return "nothing is sent to an address that its user gave up";
        if (delivery.Channel == Channel.Push && !ListOwners(delivery, to, since).Contains(delivery.UserId))
            return "no push goes to a token that is not its user's";
        return null;
    }

    /// <summary>Determines whether its recipient is a reason to cancel a leased delivery.</summary>
    public bool MayCancel(Facts facts)
    {
        var delivery = facts.Delivery;
        if (delivery.UserId is null)
            return false;

        var since = new Moment(facts.HeldSince, default);
        return _people[(delivery.Tenant, delivery.UserId)]
                .InForceSince(since)
                .Any(person => person is null || !person.Wants(delivery))
            || (delivery.Topic is not null && ListSubscribed(delivery, since).Contains(false))
            || (
                delivery.Channel == Channel.Push
                && ListOwners(delivery, delivery.To, since).Any(owner => owner != delivery.UserId)
            );
    }

    // A delivery that was checked after its lease must be correct since then; one that is sent at once, since it was accepted.
    private Moment GetBindingMoment(Facts facts) =>
        clock.Now - facts.PlannedAt >= Unchecked
            ? new Moment(facts.HeldSince, default)
            : new Moment(null, facts.Delivery.AcceptedAt);

    private IEnumerable<bool> ListSubscribed(Delivery delivery, Moment since) =>
        _subscribed[(delivery.Tenant, delivery.UserId!)].InForceSince(since);

    private IEnumerable<string?> ListOwners(Delivery delivery, Address to, Moment since) =>
        _owners[(delivery.Tenant, to.Value)].InForceSince(since);

    private void Add<TKey, T>(Dictionary<TKey, History<T>> histories, TKey key, T value)
        where TKey : notnull
    {
        if (!histories.TryGetValue(key, out var history))
            histories.Add(key, history = new History<T>());
        history.Add(trace.Count, clock.Now, value);
    }
}

/// <summary>A user who exists: its address, and what it wants and declines.</summary>
internal sealed record Person(string Email)
{
    public IReadOnlyList<Preference> Preferences { get; init; } = [];

    /// <summary>
    /// Determines whether the user wants a delivery. It is written apart from the engine's rule, so that a fault there is found.
    /// </summary>
    public bool Wants(Delivery delivery) =>
        delivery.Category == Nights.Mandatory
        || (
            Find(delivery.Category, delivery.Channel)
            ?? Find(delivery.Category, null)
            ?? Find(null, delivery.Channel)
            ?? Find(null, null)
            ?? true
        );

    private bool? Find(string? category, Channel? channel) =>
        Preferences
            .Where(preference => preference.Category == category && preference.Channel == channel)
            .Select(preference => (bool?)(preference.Status == PreferenceStatus.OptedIn))
            .SingleOrDefault();
}
