using FirebaseAdmin;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>Which of the application's Firebase apps sends. Validated at start.</summary>
public sealed class FirebaseAdminOptions
{
    /// <summary>
    /// Gives the app: <c>_ => app</c>, or from the application's services. It needs credentials and a project id. Called at start
    /// only. Default: <see cref="FirebaseApp.DefaultInstance"/>.
    /// </summary>
    public Func<IServiceProvider, FirebaseApp?> App { get; set; } = _ => FirebaseApp.DefaultInstance;

    /// <summary>Whether Firebase only checks messages and delivers none (<c>validate_only</c>). Default false.</summary>
    public bool DryRun { get; set; }
}
