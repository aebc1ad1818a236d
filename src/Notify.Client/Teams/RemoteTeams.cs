using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Teams;

/// <summary>The teams of a service.</summary>
internal sealed class RemoteTeams(ServiceCalls service) : ITeams
{
    private const string Path = "v1/team";

    public async ValueTask<Team> FindAsync(string tenant, CancellationToken cancellationToken = default) =>
        await service.CallAsync(ServiceRequest.Get(Path, tenant), TeamJson.Default.Team, cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveAsync(string tenant, Team team, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(team);
        var request = ServiceRequest.Put(Path, tenant).With(team, TeamJson.Default.Team).Repeat();
        await service.CallAsync(request, cancellationToken).ConfigureAwait(false);
    }

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(Team team) => [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Team))]
internal sealed partial class TeamJson : JsonSerializerContext;
