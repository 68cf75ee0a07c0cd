using Cjp2p.Benchmarks;

switch (args)
{
    case ["simulation", ..]:
        SimulationRates.Run(args[1..]);
        break;
    default:
        Console.WriteLine("simulation [nodes] [virtual seconds] [faults]   deliveries per second of the simulator");
        break;
}
